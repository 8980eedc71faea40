"""The small problem in NumPy: vectorised over trials and periods, in chunks that fit the cache.

Only stocks link one period to the next. Nothing refills them, so what they leave unmet is closed form: the running sum
of what was missing, less the stock, as far as positive."""

import numpy as np

import summary

CHUNK = 1500  # trials: an array over periods and trials takes 720 kB


def draw(event, periods, trials, rng):
    """Occurrences of an event: (trial, start, duration, severity)."""
    trial = np.repeat(np.arange(trials), rng.poisson(event.per_month * periods, trials))
    size = trial.size
    return (
        trial,
        rng.uniform(0, periods, size),
        rng.lognormal(event.mu, event.sigma, size),
        rng.beta(event.alpha, event.beta, size),
    )


def strike(event, occurrences, periods, trials):
    """What an event leaves, by cell of (period x trial) that it touches: (flat index, share left). A cell may come up
    more than once."""
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


def running_sum(values):
    """Over periods, in place: much faster than cumsum along the first axis, which goes down one column after the
    other."""
    for period in range(1, len(values)):
        values[period] += values[period - 1]
    return values


def running_unmet(running, stock):
    """Running sum of what a stock leaves unmet."""
    unmet = running - stock
    return np.maximum(unmet, 0, out=unmet)


def per_period(running):
    """The opposite of a running sum, in place."""
    for period in range(len(running) - 1, 0, -1):
        running[period] -= running[period - 1]
    return running


def allocate(sellers, supply, buyers, orders):
    """Rigid trade T = a b B with the gravity pattern B, a = min(1, supply / bought), b = min(1, order / sold): gives
    `sold`, the mean of a over sellers, and `bought`, the mean of b over buyers. `supply` and `orders` hold the rows
    that can differ from normal (1); shares likewise."""
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
    """For known sets of bound sellers and buyers, sold = supplied / bought + free sellers and bought = ordered / sold
    + free buyers are a quadratic equation; the sets are found by trying."""
    sold, bought = np.ones(supply.shape[1]), np.ones(supply.shape[1])
    todo, previous = np.arange(sold.size), None
    for _ in range(20):
        bound = np.concatenate([supply < bought[todo], orders < sold[todo]])
        if previous is not None:
            changed = np.flatnonzero((bound != previous).any(axis=0))
            if not changed.size:
                break
            todo, bound, supply, orders = todo[changed], bound[:, changed], supply[:, changed], orders[:, changed]
        previous = bound
        supplied, free_sellers, ordered, free_buyers = (
            np.zeros(todo.size),
            np.ones(todo.size),
            np.zeros(todo.size),
            np.ones(todo.size),
        )
        for share, values, is_bound in zip(sellers, supply, bound):
            part = share * is_bound
            free_sellers -= part
            supplied += part * values
        for share, values, is_bound in zip(buyers, orders, bound[len(sellers) :]):
            part = share * is_bound
            free_buyers -= part
            ordered += part * values
        half = 0.5 * (supplied - ordered - free_buyers * free_sellers)
        root = np.sqrt(half * half + free_sellers * free_buyers * supplied)
        with np.errstate(divide="ignore", invalid="ignore"):
            now = np.where(half > 0, free_buyers * supplied / (half + root), (root - half) / free_sellers)
            # Without a bound seller all is sold.
            none = supplied == 0
            bought[todo] = np.where(none, ordered + free_buyers, now)
            sold[todo] = np.where(none, 1, supplied / now + free_sellers)
    return sold, bought


class Refining:
    """Ore to refiners and metal from them in one mineral's chain, as shares of normal, from the (period x trial)
    arrays of the mines and refiners that events can strike."""

    def __init__(self, mineral, mined, planned):
        self.mineral = mineral
        shares = [mineral.mines[row] for row in mined], [mineral.refiners[row] for row in planned]
        sold = allocate(shares[0], list(mined.values()), shares[1], list(planned.values()))[0]
        self.metal, shared = {}, {}
        missing = running_sum(1 - sold)
        for row, stock in enumerate(mineral.ore_stock):
            if row not in planned:
                # Refiners that nothing strikes fare alike where their stocks are alike.
                if stock not in shared:
                    shared[stock] = 1 - per_period(running_unmet(missing, stock))
                self.metal[row] = shared[stock]
        for row, plan in planned.items():
            running = running_sum(np.maximum(plan - sold, 0))
            self.metal[row] = plan - per_period(running_unmet(running, mineral.ore_stock[row]))


def deliver(mineral, metal, exports, bans):
    """Metal to users: (share of each user's demand over the horizon, share of the world's demand by period) that is
    unmet."""
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
    running = [running_sum(1 - arrival + sum(kept[i] for i in np.flatnonzero(members))) for members in groups.T]
    periods = arrival.shape[0]
    users, world = np.empty((mineral.users.size, arrival.shape[1])), np.zeros_like(arrival)
    for group, stock in sorted({(group_of[user], stock) for user, stock in enumerate(mineral.metal_stock)}):
        alike = (group_of == group) & (mineral.metal_stock == stock)
        unmet = running_unmet(running[group], stock)
        users[alike] = unmet[-1] / periods
        unmet *= mineral.users[alike].sum()
        world += unmet
    return users, per_period(world)


def simulate_chunk(problem, occurrences, left, short, world):
    """`occurrences` by event. Writes shortfalls (mineral x user, the world last, x trial) and (mineral x period x
    trial); `left` is memory for what events leave, an array over periods and trials by target."""
    trials = short.shape[-1]
    for values in left.values():
        values.fill(1)
    for event, drawn in zip(problem.events, occurrences):
        cells, share = strike(event, drawn, problem.periods, trials)
        for target in targets(event):
            np.multiply.at(left[target].reshape(-1), cells, share)
    of = lambda kind, index: {target[2]: values for target, values in left.items() if target[:2] == (kind, index)}
    chains = []
    for index, mineral in enumerate(problem.minerals):
        mined = {row: np.minimum(values * mineral.capacity[0], 1) for row, values in of("mine", index).items()}
        planned = {row: np.minimum(values * mineral.capacity[1], 1) for row, values in of("refiner", index).items()}
        chains.append(Refining(mineral, mined, planned))
    for index, chain in enumerate(chains):
        masks = {row: mask for event in problem.events for (mineral, row, mask) in event.bans if mineral == index}
        short[index, :-1], world[index] = deliver(chain.mineral, chain.metal, of("ban", index), masks)
    short[:, -1] = world.mean(axis=1)


def targets(event):
    """What an event strikes: (kind, mineral, row)."""
    kinds = ("mine", event.mines), ("refiner", event.refiners), ("ban", event.bans)
    return [(kind, *hit[:2]) for kind, hits in kinds for hit in hits]


def memory(problem, trials):
    return {target: np.empty((problem.periods, trials)) for event in problem.events for target in targets(event)}


def results(problem, trials):
    cells = np.empty((len(problem.minerals), len(problem.countries) + 1, trials))
    return cells, np.empty((len(problem.minerals), problem.periods, trials))


def simulate(problem, trials, seed):
    rng = np.random.default_rng(seed)
    short, world = results(problem, trials)
    left = {}
    for first in range(0, trials, CHUNK):
        part = slice(first, min(first + CHUNK, trials))
        size = part.stop - first
        if first == 0 or size < CHUNK:
            left = memory(problem, size)
        occurrences = [draw(event, problem.periods, size, rng) for event in problem.events]
        simulate_chunk(problem, occurrences, left, short[..., part], world[..., part])
    return summary.of_cells(short.reshape(-1, trials)), summary.of_fan(world.reshape(-1, trials))


def replay(problem, rows, trials):
    of_event = [rows[rows[:, 1] == index] for index in range(len(problem.events))]
    occurrences = [(own[:, 0].astype(np.int64), own[:, 2], own[:, 3], own[:, 4]) for own in of_event]
    short, world = results(problem, trials)
    simulate_chunk(problem, occurrences, memory(problem, trials), short, world)
    return short, world


if __name__ == "__main__":
    summary.main(simulate, replay)
