"""When it is taught: the template, the lessons made from it, substitutions."""
