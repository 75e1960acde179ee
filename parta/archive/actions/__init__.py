"""What happens to copies of the data and to the running of the system; every use of a copy leaves a line."""
