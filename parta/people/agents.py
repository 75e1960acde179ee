"""A browser in two words, for the owner's list of sessions: «Chrome, Windows». For people, never for decisions."""

BROWSERS = (
    ("YaBrowser", "Яндекс Браузер"),
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
    browser = next((words for sign, words in BROWSERS if sign in header), "браузер")
    system = next((words for sign, words in SYSTEMS if sign in header), "неизвестная система")
    return f"{browser}, {system}"
