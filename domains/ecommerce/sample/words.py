"""The vocabulary of the invented shop, with weights."""

from __future__ import annotations

FIRST_NAMES = (
    "Amara", "Anders", "Anaïs", "Bruno", "Carla", "Chidi", "Dagny", "Darius", "Elif", "Emil", "Esmé", "Farah",
    "Finn", "Gesa", "Giulia", "Hana", "Hugo", "Ilse", "Iván", "Jonas", "Jürgen", "Kaito", "Kofi", "Lena",
    "Łucja", "Mei", "Milan", "Noor", "Nuno", "Olga", "Örjan", "Priya", "Quentin", "Rafael", "Renée", "Sanna",
    "Tomás", "Uma", "Viggo", "Wren", "Xenia", "Yara", "Zoë", "Željko",
)  # fmt: skip
LAST_NAMES = (
    "Abara", "Adler", "Ångström", "Baptiste", "Bianchi", "Castaño", "Dufour", "D'Angelo", "Ekström", "Farkas",
    "Göransson", "Haddad", "Ishida", "Jankowski", "Kowalczyk", "Lindqvist", "Mbeki", "Muñoz", "Nakagawa",
    "Oyelaran", "O'Malley", "Petrov", "Quiroga", "Rossi", "Şahin", "Schäfer", "Tavares", "Ueda", "Vinci",
    "Weiß", "Xu", "Yilmaz", "Zimmer",
)  # fmt: skip
TITLED_NAMES = ('Ada "Countess" King', "Lund, Sven, Jr.", 'de la Cruz, "Nena"')
"""Names that need quotes in CSV."""

COUNTRIES = (
    ("US", 18), ("GB", 8), ("DE", 8), ("IN", 7), ("BR", 7), ("FR", 6), ("MX", 6), ("CA", 6), ("ES", 5),
    ("JP", 5), ("NL", 5), ("AU", 4), ("SG", 4), ("SE", 4), ("PL", 3), ("AE", 2), ("ZA", 2),
)  # fmt: skip
DEVICES = (("mobile", 54), ("desktop", 38), ("tablet", 8))
SOURCES = (("organic", 33), ("direct", 25), ("paid", 12), ("social", 12), ("email", 10), ("referral", 8))
PAYMENTS = (("card", 70), ("paypal", 15), ("wallet", 10), ("cod", 5))
DISCOUNTS = ((0, 43), (5, 14), (10, 15), (15, 14), (20, 14))
QUANTITIES = ((1, 85), (2, 5), (3, 5), (4, 5))
LINES = ((1, 506), (2, 301), (3, 134), (4, 45), (5, 10), (6, 3), (7, 1))
VIEWS = ((1, 7), (2, 14), (3, 19), (4, 18), (5, 14), (6, 10), (7, 9), (8, 4), (9, 3), (12, 2))
CARTS = ((0, 45), (1, 30), (2, 15), (3, 8), (4, 2))
RATINGS = ((5, 38), (4, 33), (3, 17), (2, 7), (1, 5))

HOURS = (
    (0, 2), (1, 1), (2, 1), (3, 1), (4, 1), (5, 2), (6, 3), (7, 4), (8, 5), (9, 6), (10, 6), (11, 6), (12, 7),
    (13, 6), (14, 5), (15, 5), (16, 5), (17, 6), (18, 7), (19, 8), (20, 9), (21, 8), (22, 6), (23, 4),
)  # fmt: skip
"""Hour → weight; most visits are in the evening."""

WEEKDAYS = (5, 5, 5, 5, 6, 7, 7)
"""Weight of each day, Monday first."""

MONTHS = (8, 7, 8, 8, 8, 8, 7, 7, 8, 9, 12, 13)
"""Weight of each month, January first; the months before Christmas weigh most."""

CATEGORIES = (
    ("Electronics", 3000, 60000, ("Charger", "Earbuds", "Projector", "Router", "Soundbar", "Tracker")),
    ("Kitchen & Table", 1100, 25000, ("Carafe", "Grinder", "Kettle", "Pan", "Rice Cooker", "Scale")),
    ("Garden", 700, 20000, ("Hose", "Lantern", "Planter", "Secateurs", "Trellis", "Trug")),
    ("Outdoor", 1000, 30000, ("Backpack", "Headlamp", "Sleeping Bag", "Stove", "Tarp", "Trekking Pole")),
    ("Clothing", 950, 20000, ("Beanie", "Cardigan", "Parka", "Sandals", "Scarf", "Shirt")),
    (
        "Stationery",
        350,
        5000,
        ("Calendar", "Fountain Pen", "Notebook", "Sketchbook", "Stamp Set", "Washi Tape"),
    ),
    ("Games", 650, 8000, ("Card Game", "Dice Set", "Kite", "Marble Run", "Model Kit", "Yo-yo")),
)
"""Category, lowest and highest price in cents, kinds of products."""

FINISHES = (
    "Amber", "Basalt", "Café", "Cobalt", "Copper", "Crème", "Fern", "Graphite", "Indigo", "Moss", "Ochre",
    "Plum", "Rosé", "Rust", "Slate", "Teal", 'Wide 12"', "Black, matte",
)  # fmt: skip

REVIEWS = {
    5: (
        "Could not be happier.",
        "Exactly what I wanted, arrived early!",
        'My sister calls it "the good one".',
        "¡Una maravilla, volveré a comprar!",
    ),
    4: ("Solid, would buy again.", "Good, though the box was dented.", "Très bon, un peu cher"),
    3: ("It does the job.", "Neither good nor bad, just fine."),
    2: ("Weaker than it looks.", "Half of it works.\nThe other half does not."),
    1: ("Broke within a week.", "Asked for a refund, still waiting…"),
}
"""Texts of reviews by rating, with quotes, commas, accents and a line break."""

MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
