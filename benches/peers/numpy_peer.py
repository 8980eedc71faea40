"""The small problem in NumPy: vectorised over trials and periods, in chunks that fit the cache.

Only stocks link one period to the next. Where nothing refills them, what they leave unmet is closed form: the running sum of what was missing, less
the stock, as far as positive. Only refiners that an event can strike ever get refills, so only they need a loop over periods, and only in
trials in which their stock was used before they ordered less than normal.
"""

import numpy as np

import summary

CHUNK = 500  # trials: an array over periods and trials takes 240 kB


def draw(event, periods, trials, rng):
    """Occurrences of an event: (trial, start, duration, severity)."""
    trial = np.repeat(np.arange(trials), rng.poisson(event.per_month * periods, trials))
    size = trial.size
    return trial, rng.uniform(0, periods, size), rng.lognormal(event.mu, event.sigma, size), rng.beta(event.alpha, event.beta, size)


def strike(event, occurrences, periods, trials):
    """What an event leaves, by cell of (period x trial) that it touches: (flat index, share left). A cell may come up more than once."""
    trial, start, duration, severity = occurrences
    first = start.astype(np.int64)
    last = np.minimum(np.ceil(start + duration + event.recovery), periods).astype(np.int64)
    length = last - first
    which = np.repeat(np.arange(trial.size), length)
    period = np.arange(which.size) - (np.cumsum(length) - length - first)[which]
    since = period - start[which]  # since the start; an occurrence begins at 0
    full = duration[which]

    def accumulated(time):
        total = np.minimum(np.maximum(time, 0), full)
        if event.recovery:
            falling = np.clip(time - full, 0, event.recovery)
            total += falling - falling * falling * (0.5 / event.recovery)
        return total

    left = 1 - severity[which] * (accumulated(since + 1) - accumulated(since))
    return period * trials + trial[which], left


def running_unmet(missing, stock):
    """Running sum of what a stock that nobody refills leaves unmet."""
    return np.maximum(np.cumsum(missing, axis=0) - stock, 0)


def per_period(running):
    running[1:] -= running[:-1].copy()
    return running


def allocate(sellers, supply, buyers, orders):
    """Rigid trade T = a b B with the gravity pattern B, a = min(1, supply / bought), b = min(1, order / sold): gives `sold`, the mean of a over
    sellers, and `bought`, the mean of b over buyers. `supply` and `orders` hold the rows that can differ from normal (1); shares likewise."""
    sold, bought = np.ones_like(supply[0] if supply else orders[0]), np.ones_like(supply[0] if supply else orders[0])
    for share, values in zip(sellers, supply):
        sold -= share * (1 - values)
    for share, values in zip(buyers, orders):
        bought -= share * (1 - values)
    # Where only one side is short, that is the answer already.
    both = np.flatnonzero((sold < 1) & (bought < 1))
    if both.size:
        supply = np.stack([values.ravel()[both] for values in supply])
        orders = np.stack([values.ravel()[both] for values in orders])
        sold.ravel()[both], bought.ravel()[both] = solve(np.array(sellers), supply, np.array(buyers), orders)
    return sold, bought


def solve(sellers, supply, buyers, orders):
    """For known sets of bound sellers and buyers, sold = supplied / bought + free sellers and bought = ordered / sold + free buyers are a
    quadratic equation; the sets are found by trying."""
    sold, bought = np.ones(supply.shape[1]), np.ones(supply.shape[1])
    previous = None
    for _ in range(20):
        sellers_bound, buyers_bound = supply < bought, orders < sold
        bound = np.concatenate([sellers_bound, buyers_bound])
        if previous is not None and np.array_equal(bound, previous):
            break
        previous = bound
        supplied, free_sellers = sellers @ (supply * sellers_bound), 1 - sellers @ sellers_bound
        ordered, free_buyers = buyers @ (orders * buyers_bound), 1 - buyers @ buyers_bound
        half = 0.5 * (supplied - ordered - free_buyers * free_sellers)
        root = np.sqrt(half * half + free_sellers * free_buyers * supplied)
        bought = np.where(half > 0, free_buyers * supplied / np.where(half > 0, half + root, 1), (root - half) / free_sellers)
        sold = supplied / bought + free_sellers
        none = supplied == 0
        bought, sold = np.where(none, ordered + free_buyers, bought), np.where(none, 1, sold)
    return sold, bought


class Refining:
    """Ore to refiners and metal from them in one mineral's chain, as shares of normal, from the (period x trial) arrays of the mines and refiners
    that events can strike."""

    def __init__(self, mineral, mined, planned):
        self.mineral, self.mined, self.planned = mineral, mined, planned
        shares = [mineral.mines[row] for row in mined], [mineral.refiners[row] for row in planned]
        self.sold, self.bought = allocate(shares[0], list(mined.values()), shares[1], list(planned.values()))
        self.metal, shared = {}, {}
        missing = 1 - self.sold
        for row, stock in enumerate(mineral.ore_stock):
            if row not in planned:
                # Refiners that nothing strikes fare alike where their stocks are alike.
                if stock not in shared:
                    shared[stock] = 1 - per_period(running_unmet(missing, stock))
                self.metal[row] = shared[stock]
        # Ore that nobody orders goes to refiners who have got all they ordered, less than normal, and whose stock has been used before.
        refilled = np.zeros(self.sold.shape[1], dtype=bool)
        for row, plan in planned.items():
            running = np.cumsum(np.maximum(plan - self.sold, 0), axis=0)
            refilled |= ((running > 0) & (plan < self.sold)).any(axis=0)
            self.metal[row] = plan - per_period(np.maximum(running - mineral.ore_stock[row], 0))
        self.refilled = np.flatnonzero(refilled)

    def pooled(self, mines, refiners):
        """The trials with refills, with as many mines and refiners as asked for: those too many have no share."""
        periods, size = self.sold.shape[0], self.refilled.size
        supply, plan = np.ones((periods, mines, size)), np.ones((periods, refiners, size))
        for row, values in self.mined.items():
            supply[:, row] = values[:, self.refilled]
        for position, values in enumerate(self.planned.values()):
            plan[:, position] = values[:, self.refilled]
        pad = lambda values, length: np.repeat(np.pad(values, (0, length - len(values)))[:, None], size, axis=1)
        rows = list(self.planned)
        shares = pad(self.mineral.mines, mines), pad(self.mineral.refiners[rows], refiners), pad(self.mineral.ore_stock[rows], refiners)
        return supply, plan, self.sold[:, self.refilled], self.bought[:, self.refilled], *shares

    def correct(self, unmet):
        for position, row in enumerate(self.planned):
            self.metal[row][:, self.refilled] = self.planned[row][:, self.refilled] - unmet[:, position]


def correct_refilled(chains):
    """Follows the trials with refills, of all minerals side by side, through the periods."""
    chains = [chain for chain in chains if chain.refilled.size]
    if chains:
        most = max(len(chain.mineral.mines) for chain in chains), max(len(chain.planned) for chain in chains)
        parts = zip(*(chain.pooled(*most) for chain in chains))
        unmet = follow_stocks(*(np.concatenate(part, axis=-1) for part in parts))
        for chain, own in zip(chains, np.split(unmet, np.cumsum([chain.refilled.size for chain in chains])[:-1], axis=-1)):
            chain.correct(own)


def follow_stocks(supply, planned, sold, bought, mines, refiners, level):
    """Period by period: what ore stocks leave unmet (period x refiner x trial)."""
    stock = level.copy()
    missing = np.maximum(planned - sold[:, None], 0)
    has_room = planned < sold[:, None]
    unmet = np.empty_like(missing)
    for period in range(sold.shape[0]):
        some = np.flatnonzero((has_room[period] & (stock < level)).any(axis=0))
        if some.size:
            room = np.maximum(1 - planned[period][:, some] / sold[period, some], 0)
            gap = (level - stock)[:, some]
            stock[:, some] += refills(mines[:, some], supply[period][:, some], bought[period, some], refiners[:, some], room, gap)
        drawn = np.minimum(stock, missing[period])
        stock -= drawn
        unmet[period] = missing[period] - drawn
    return unmet


def refills(mines, supply, bought, refiners, room, gap):
    """Mines one after the other hand what nobody ordered to refiners with room, pro rata to what each can take."""
    left = mines * np.maximum(supply - bought, 0)
    room, supply = refiners * room, mines * supply
    wanted = refiners * gap
    for row in range(len(mines)):
        takes = np.minimum(np.minimum(mines[row] * room, wanted), supply[row])
        total = takes.sum(axis=0)
        wanted -= takes * (left[row] / np.maximum(np.maximum(total, left[row]), 1e-300))
    return gap - wanted / np.where(refiners > 0, refiners, 1)


def deliver(mineral, metal, exports, bans):
    """Metal to users: (share of each user's demand over the horizon, share of the world's demand by period) that is unmet."""
    arrival = sum(share * metal[row] for row, share in enumerate(mineral.refiners) if row not in exports)
    # Users whom the same bans hit are short of the same, before their stocks.
    masks = np.array([bans[row] for row in exports], dtype=bool).reshape(len(exports), mineral.users.size)
    groups, group_of = np.unique(masks, axis=1, return_inverse=True)
    kept = []
    for row, open_share in exports.items():
        cut = mineral.users[bans[row]].sum()
        # A ban that binds leaves more to the other users, up to normal.
        free = np.where(open_share < metal[row], np.minimum((metal[row] - open_share * cut) / (1 - cut), 1), metal[row])
        arrival += mineral.refiners[row] * free
        kept.append(mineral.refiners[row] * (free - np.minimum(open_share, free)))
    running = [np.cumsum(1 - arrival + sum(kept[i] for i in np.flatnonzero(members)), axis=0) for members in groups.T]
    periods = arrival.shape[0]
    users, world = np.empty((mineral.users.size, arrival.shape[1])), np.zeros_like(arrival)
    for group, stock in sorted({(group_of[user], stock) for user, stock in enumerate(mineral.metal_stock)}):
        alike = (group_of == group) & (mineral.metal_stock == stock)
        unmet = np.maximum(running[group] - stock, 0)
        users[alike] = unmet[-1] / periods
        unmet *= mineral.users[alike].sum()
        world += unmet
    return users, per_period(world)


def simulate_chunk(problem, occurrences, trials):
    """`occurrences` by event; gives shortfalls (mineral x user, the world last, x trial) and (mineral x period x trial)."""
    shape = (problem.periods, trials)
    left = {}
    for event, drawn in zip(problem.events, occurrences):
        cells, share = strike(event, drawn, problem.periods, trials)
        targets = [("mine", *hit) for hit in event.mines] + [("refiner", *hit) for hit in event.refiners]
        for target in targets + [("ban", *ban[:2]) for ban in event.bans]:
            np.multiply.at(left.setdefault(target, np.ones(problem.periods * trials)), cells, share)
    bans = {ban[:2]: ban[2] for event in problem.events for ban in event.bans}
    of = lambda kind, index: {target[2]: values.reshape(shape) for target, values in left.items() if target[:2] == (kind, index)}
    chains = []
    for index, mineral in enumerate(problem.minerals):
        mined = {row: np.minimum(values / mineral.utilisation[0], 1) for row, values in of("mine", index).items()}
        planned = {row: np.minimum(values / mineral.utilisation[1], 1) for row, values in of("refiner", index).items()}
        chains.append(Refining(mineral, mined, planned))
    correct_refilled(chains)
    short = np.empty((len(problem.minerals), len(problem.countries) + 1, trials))
    world = np.empty((len(problem.minerals), *shape))
    for index, chain in enumerate(chains):
        masks = {row: mask for (mineral, row), mask in bans.items() if mineral == index}
        short[index, :-1], world[index] = deliver(chain.mineral, chain.metal, of("ban", index), masks)
    short[:, -1] = world.mean(axis=1)
    return short, world


def simulate(problem, trials, seed):
    rng = np.random.default_rng(seed)
    short = np.empty((len(problem.minerals), len(problem.countries) + 1, trials))
    world = np.empty((len(problem.minerals), problem.periods, trials))
    for first in range(0, trials, CHUNK):
        size = min(CHUNK, trials - first)
        occurrences = [draw(event, problem.periods, size, rng) for event in problem.events]
        short[..., first : first + size], world[..., first : first + size] = simulate_chunk(problem, occurrences, size)
    return summary.of_cells(short.reshape(-1, trials)), summary.of_fan(world.reshape(-1, trials))


def replay(problem, rows, trials):
    of_event = [rows[rows[:, 1] == index] for index in range(len(problem.events))]
    return simulate_chunk(problem, [(own[:, 0].astype(np.int64), own[:, 2], own[:, 3], own[:, 4]) for own in of_event], trials)


if __name__ == "__main__":
    summary.main(simulate, replay)
