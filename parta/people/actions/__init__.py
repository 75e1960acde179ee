"""What happens to people of a school: they come, get accounts and roles, join classes and families, leave."""

from parta.people.actions.accounts import change_password, check_password

__all__ = ["change_password", "check_password"]
