"""What must be complete is counted: contracts between parts that no single app can keep alone."""
