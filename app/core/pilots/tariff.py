"""Prices that fall with the quantity: graduated (each band at its own price) and volume (one price for all)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from app.core.formats.shapes import Floats

Tiering = Literal["graduated", "volume"]
TIERINGS = ("graduated", "volume")


@dataclass(frozen=True, slots=True)
class Tier:
    """From a quantity of more than `above` on, `amount` minor units per units of the line."""

    above: int
    amount: int


def charge(
    quantity: Fraction, price: Fraction, tiers: Sequence[Tier], tiering: Tiering, units: int
) -> Fraction:
    """Minor units, unrounded, for a quantity: `price` per one up to the first tier, then the tiers' prices.

    `tiers` ascend by `above`. Graduated: what lies in a band costs the band's price. Volume: everything costs
    the price of the band the whole quantity lies in, so that a little more may cost less in all.
    """
    if tiering == "volume":
        reached = [Fraction(tier.amount, units) for tier in tiers if quantity > tier.above]
        return quantity * (reached[-1] if reached else price)
    total, below, now = Fraction(0), Fraction(0), price
    for tier in tiers:
        edge = min(quantity, Fraction(tier.above))
        total += (edge - below) * now
        below, now = edge, Fraction(tier.amount, units)
    return total + (quantity - below) * now


def charges(quantity: Floats, amount: int, tiers: Sequence[Tier], tiering: Tiering, units: int) -> Floats:
    """`charge` of many quantities at once, as floating point: for intervals, not for invoices."""
    prices = np.array([amount, *(tier.amount for tier in tiers)], np.float64) / units
    edges = np.array([tier.above for tier in tiers], np.float64)
    if tiering == "volume":
        return np.asarray(quantity * prices[(quantity[:, None] > edges).sum(axis=1)], np.float64)
    bounds = np.concatenate([[0.0], edges, [np.inf]])
    bands = np.clip(quantity[:, None], bounds[:-1], bounds[1:]) - bounds[:-1]
    return np.asarray(bands @ prices, np.float64)


def tariff_faults(tiers: Sequence[Tier], tiering: str) -> list[str]:
    """What is wrong with tiers, as sentences; empty when all is well."""
    edges = [tier.above for tier in tiers]
    rules = (
        (tiering in TIERINGS, f"tiering must be one of {', '.join(TIERINGS)}"),
        (edges == sorted(set(edges)), "tiers must ascend, each from a larger quantity"),
        (all(edge > 0 for edge in edges), "the quantity of a tier must be above 0"),
        (all(tier.amount >= 0 for tier in tiers), "the amount of a tier must not be negative"),
    )
    return [message for fine, message in rules if not fine]
