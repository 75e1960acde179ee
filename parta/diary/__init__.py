"""What a student and a guardian see: one student's slice of the journals."""
