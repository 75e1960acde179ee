"""What is to be taught by whom: curricula, journals opened, teaching load, thematic plans."""
