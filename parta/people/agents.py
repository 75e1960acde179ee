"""A browser in two words, for the owner's list of sessions: «Chrome, Windows». For people, never for decisions."""

from parta.foundation.language import noted, say

BROWSERS = (
    ("YaBrowser", noted("Яндекс Браузер")),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def spoken(header: str) -> str:
    """The browser and the system a User-Agent header names; what is not known is said so."""
    browser = next((words for sign, words in BROWSERS if sign in header), noted("браузер"))
    system = next((words for sign, words in SYSTEMS if sign in header), noted("неизвестная система"))
    return f"{browser}, {system}"


def said(words: str) -> str:
    """What `spoken` wrote down, in the language spoken now."""
    return ", ".join(say(part) for part in words.split(", "))
