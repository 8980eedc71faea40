"""Reads small.toml into the few numbers that the NumPy, Numba and Rust programs work on.

Everything is relative: output, orders and deliveries are shares of what is normal, stocks are months of normal orders.
Whatever those programs take for granted about the scenario (rigid trade, no own users first, one sector, ...) is
asserted here."""

import math
import tomllib
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

DAYS_PER_MONTH = 365.25 / 12


@dataclass
class Mineral:
    """One chain: ore from mines to refiners, metal from refiners to users. Countries are in the order of their codes,
    as critmin has them."""

    name: str
    mines: np.ndarray  # share of the world's ore by mining country
    refiners: np.ndarray  # share of the world's metal by refining country
    users: np.ndarray  # share of the world's demand by using country
    mine_countries: list
    refiner_countries: list
    ore_stock: np.ndarray  # at refiners, months of their orders
    metal_stock: np.ndarray  # at users, months of their demand
    capacity: tuple  # of mines and of refiners, over normal output
    demand_t: float  # of the world, per month


@dataclass
class Event:
    """Poisson arrivals; lognormal duration, beta severity, linear recovery (0 months: at once)."""

    name: str
    per_month: float
    mu: float
    sigma: float
    alpha: float
    beta: float
    recovery: float
    mines: list = field(default_factory=list)  # (mineral, row) that lose capacity
    refiners: list = field(default_factory=list)
    bans: list = field(default_factory=list)  # (mineral, refiner's row, mask over users) whose exports are cut


@dataclass
class Problem:
    periods: int
    countries: list
    minerals: list
    events: list

    def text(self):
        """All numbers, separated by white space, for the Rust program."""
        words = [self.periods, len(self.countries), len(self.minerals)]
        for mineral in self.minerals:
            words += [*mineral.capacity, len(mineral.mines), *mineral.mines]
            words += [
                len(mineral.refiners),
                *mineral.refiners,
                *mineral.ore_stock,
                *mineral.users,
                *mineral.metal_stock,
            ]
        words.append(len(self.events))
        for event in self.events:
            words += [event.per_month, event.mu, event.sigma, event.alpha, event.beta, event.recovery]
            for hits in (event.mines, event.refiners):
                words.append(len(hits))
                words += [number for hit in hits for number in hit]
            words.append(len(event.bans))
            for mineral, row, mask in event.bans:
                words += [mineral, row, *(int(cut) for cut in mask)]
        return " ".join(repr(float(word)) if isinstance(word, float) else str(word) for word in words) + "\n"


def load(path):
    with open(path, "rb") as file:
        scenario = tomllib.load(file)
    assert scenario["time"]["step"] == "month"
    countries = sorted({row["country"] for row in scenario["demand"]})
    demand = {(row["material"], row["country"]): float(row["amount"]) for row in scenario["demand"]}
    days = {(row["material"], row["country"]): row["days"] for row in scenario["inventory"]}
    materials = {row["id"]: row for row in scenario["material"]}
    for row in materials.values():
        assert (
            row["domestic_first"] is False
            and row["supply_elasticity"] == 0
            and "flexibility" not in row
            and "lead_time" not in row
        )
    names = [name.removesuffix("_ore") for name in materials if name.endswith("_ore")]
    minerals = [mineral(scenario, name, countries, demand, days, materials) for name in names]
    events = [event(row, names, minerals, countries) for row in scenario["event"]]
    assert not any(
        key in scenario
        for key in ("trade", "stockpile", "recycling", "substitution", "host", "frailty", "copula", "policy")
    )
    bans = [ban[:2] for item in events for ban in item.bans]
    assert len(bans) == len(set(bans)), "one ban on an exporter's metal at most"
    return Problem(scenario["time"]["periods"], countries, minerals, events)


def mineral(scenario, name, countries, demand, days, materials):
    ore, metal = scenario["shares"][f"{name}_ore"], scenario["shares"][f"{name}_metal"]
    mines, refiners = sorted(ore["by_country"]), sorted(metal["by_country"])
    wanted = [demand[f"{name}_metal", country] for country in countries]
    (feed,) = materials[f"{name}_metal"]["inputs"]
    assert feed["material"] == f"{name}_ore"
    assert math.isclose(sum(wanted), metal["output"]) and math.isclose(
        metal["output"] * feed["per_tonne"], ore["output"]
    )
    return Mineral(
        name=name,
        mines=np.array([ore["by_country"][country] for country in mines]),
        refiners=np.array([metal["by_country"][country] for country in refiners]),
        users=np.array(wanted) / sum(wanted),
        mine_countries=mines,
        refiner_countries=refiners,
        ore_stock=np.array([days[f"{name}_ore", country] / DAYS_PER_MONTH for country in refiners]),
        metal_stock=np.array([days[f"{name}_metal", country] / DAYS_PER_MONTH for country in countries]),
        capacity=(1 / ore["utilisation"], 1 / metal["utilisation"]),
        demand_t=sum(wanted) / 12,
    )


def event(row, names, minerals, countries):
    duration, severity = row["duration"], row["severity"]
    assert (row["arrival"]["process"], duration["dist"], severity["dist"]) == ("poisson", "lognormal", "beta")
    concentration = severity["mean"] * (1 - severity["mean"]) / severity["sd"] ** 2 - 1
    recovery = row.get("recovery", {"shape": "linear", "months": 0})
    assert recovery["shape"] == "linear"
    found = Event(
        name=row["id"],
        per_month=row["arrival"]["per_year"] / 12,
        mu=math.log(duration["median"]),
        sigma=math.log(duration["p90"] / duration["median"]) / NormalDist().inv_cdf(0.9),
        alpha=severity["mean"] * concentration,
        beta=(1 - severity["mean"]) * concentration,
        recovery=float(recovery["months"]),
    )
    for material in row["materials"]:
        name, stage = material.rsplit("_", 1)
        index = names.index(name)
        chain = minerals[index]
        if row["kind"] == "export_restriction":
            assert stage == "metal"
            cut = [country != row["from"] and (row["to"] == "all" or country in row["to"]) for country in countries]
            found.bans.append((index, chain.refiner_countries.index(row["from"]), np.array(cut)))
        elif stage == "ore":
            found.mines.append((index, chain.mine_countries.index(row["country"])))
        else:
            found.refiners.append((index, chain.refiner_countries.index(row["country"])))
    return found
