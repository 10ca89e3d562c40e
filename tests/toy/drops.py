"""Drops of the toy domain: a first month, and headers for more files."""

from __future__ import annotations

MAKERS = "maker_id,name,country\n1,Ann,SE\n2,Bo,NO\n"
SALES = (
    "sale_id,maker_id,sold_on,amount,channel\n"
    "1,1,2024-01-05,10.00,shop\n"
    "2,2,2024-02-10,20.00,web\n"
    "3,3,2024-02-11,30.00,web\n"
)
PARTS = "sale_id,label,units\n1,leg,4\n1,top,1\n2,leg,3\n9,leg,5\n"
RETURNS = "return_id,sale_id,returned_on\n1,1,2024-03-01\n2,9,2024-03-02\n"
JANUARY = {"makers.csv": MAKERS, "sales.csv": SALES, "parts.csv": PARTS, "returns.csv": RETURNS}

HEAD = {
    "makers": "maker_id,name,country\n",
    "sales": "sale_id,maker_id,sold_on,amount,channel\n",
    "parts": "sale_id,label,units\n",
    "returns": "return_id,sale_id,returned_on\n",
}
