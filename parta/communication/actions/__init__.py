"""What is done with words: a message is sent, an announcement made, a question asked and answered."""
