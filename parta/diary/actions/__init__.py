"""What a family does: looks, ticks off, acknowledges, tells of an absence or of changed data; what is answered."""
