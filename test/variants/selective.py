"""Programs that compute Mamba's selective scan, from the definition of ssm.selective_scan (dialects/SSM/IR/SSMOps.td).

The spine is one of the ways in which it is computed, as in ssd.py: token by token, by scans of logarithmic depth, by
cumulative sums, as one matrix over time for each channel and state, in chunks.
"""

from __future__ import annotations

import math

from choices import Choices
from program import Program, positions, silu, softplus
from speller import Value
from tracer import Tensor, cat

SPINES = ["tokens", "doubling", "divided sums", "matrix", "chunk loop", "tree"]
# Those that can be written for a length known at run time only.
LONG_SPINES = ["divided sums", "matrix"]
STATE = ["b", "d", "n"]


def make(choices: Choices) -> Program:
    """One variant."""
    program = Program(choices)
    declare(program)
    reference(program)
    if program.dynamic != "none":
        other = Program(choices.again(), program.other_sizes())
        declare(other)
        reference(other)
        program.others.append(other)
    write(program)
    program.ops = ["selective_scan"]
    return program


def declare(p: Program) -> None:
    """Sizes, parts and contents."""
    pick, sizes = p.choices.pick, p.sizes
    p.pick_dynamic(SPINES, LONG_SPINES)
    p.pick_size("b", [2, 1])
    p.pick_size("l", [8, 4, 2, 1] if p.spine == "tree" else [6, 1, 2, 3, 4, 5, 7, 8], first=0.2)
    sizes["d"] = pick("d", [3, 1, 2, 4], first=0.4)
    sizes["n"] = pick("n", [2, 1, 3, 4], first=0.4)
    for part in ("D", "z", "softplus", "bias", "A_log", "init", "final"):
        if p.choices.chance(f"with {part}", 0.35):
            p.parts.append(part)
    if p.spine == "tree" and "init" in p.parts:
        p.parts.remove("init")
    p.draw("u", "b l d", lambda r: r.gauss(0, 1))
    p.draw("B", "b l n", lambda r: r.gauss(0, 1))
    p.draw("C", "b l n", lambda r: r.gauss(0, 1))
    plain = "softplus" not in p.parts
    p.draw("delta", "b l d", (lambda r: r.uniform(0.1, 1.0)) if plain else lambda r: r.gauss(0, 1))
    p.draw("A_log", "d n", lambda r: r.uniform(-1.0, 0.7))
    p.draw("A", "d n", lambda r: 0.0).values = [-math.exp(v) for v in p.arrays["A_log"].values]
    p.draw("D", "d", lambda r: r.gauss(0, 1))
    p.draw("z", "b l d", lambda r: r.gauss(0, 1))
    p.draw("bias", "d", (lambda r: r.uniform(0.1, 0.3)) if plain else lambda r: r.gauss(0, 1))
    p.draw("init", "b d n", lambda r: r.gauss(0, 1))


def reference(p: Program) -> None:
    """Token by token, in double precision."""
    u, delta, rate, b, c = (p.arrays[k] for k in ("u", "delta", "A", "B", "C"))
    y = p.draw("y", "b l d", lambda r: 0.0)
    final = p.draw("final", "b d n", lambda r: 0.0)
    for at in positions(p.sizes, "b d"):
        state = [p.arrays["init"][at | {"n": n}] if "init" in p.parts else 0.0 for n in range(p.sizes["n"])]
        for t in range(p.sizes["l"]):
            here = at | {"l": t}
            step = delta[here] + (p.arrays["bias"][at] if "bias" in p.parts else 0.0)
            step = softplus(step) if "softplus" in p.parts else step
            total = 0.0
            for n in range(p.sizes["n"]):
                place = here | {"n": n}
                state[n] = math.exp(step * rate[place]) * state[n] + step * b[place] * u[here]
                total += c[place] * state[n]
            total += p.arrays["D"][at] * u[here] if "D" in p.parts else 0.0
            total *= silu(p.arrays["z"][here]) if "z" in p.parts else 1.0
            y.values[y.index(here)] = total
        for n, value in enumerate(state):
            final.values[final.index(at | {"n": n})] = value


class Operands:
    """The operands of the scan as the spine reads them."""

    def __init__(self, p: Program) -> None:
        layouts = ["b l d", "b d l"]
        self.u = p.input("u", layouts)
        delta = p.input("delta", layouts)
        bias = p.input("bias", ["d"]) if "bias" in p.parts else None
        self.A = p.decay_rate("A", "d n")
        self.B, self.C = p.input("B", ["b l n", "b n l"]), p.input("C", ["b l n", "b n l"])
        self.D = p.input("D", ["d"]) if "D" in p.parts else None
        self.z = p.input("z", layouts) if "z" in p.parts else None
        self.init = p.input("init", ["b d n", "b n d"]) if "init" in p.parts else None
        self.delta = p.time_step(delta, bias)
        self.readout = p.readout(self.C, self.z)


Result = tuple[Value, Value]


def write(p: Program) -> None:
    """The program."""
    spell = p.spell
    o = Operands(p)
    place = p.choices.pick("time step to", ["factor", "u", "B"])
    inputs = [o.B, o.u, o.delta]
    if place == "u":
        inputs = [o.B, spell.times(o.u, o.delta)]
    elif place == "B":
        inputs = [spell.times(o.B, o.delta), o.u]
    spines = {
        "tokens": tokens,
        "doubling": doubling,
        "tree": tree,
        "divided sums": divided_sums,
        "matrix": matrix,
        "chunk loop": chunk_loop,
    }
    y, final = spines[p.spine](p, o, inputs)
    y = p.finish(y, o.u, o.D)
    p.output("y", y, ["b l d", "b d l"])
    if "final" in p.parts:
        p.output("final", final, ["b d n", "b n d"])


def last(p: Program, v: Value, axis: str = "l") -> Value:
    """The last position of an axis."""
    return p.spell.last(v, axis)


def begin(p: Program, o: Operands, axes: list[str]) -> Value:
    """The state before the first token."""
    if o.init is not None:
        return p.spell.order(o.init, axes)
    return Value(o.u.tensor.new_zeros([p.sizes[a] for a in axes]), tuple(axes))


def tokens(p: Program, o: Operands, inputs: list[Value]) -> Result:
    """A loop over time, unrolled."""
    spell, pick = p.spell, p.choices.pick
    axes = p.choices.shuffle("state axes", STATE)
    early = pick("products", ["in the loop", "before the loop"])
    if early == "before the loop":
        added = spell.product(inputs)
        decay = spell.exp(p.log_decay(o.delta, o.A))
    state: Value | None = None
    if o.init is not None or pick("begin", ["zeros", "first input"]) == "zeros":
        state = begin(p, o, axes)
    late = pick("readout", ["in the loop", "of all states"])
    rows = []
    for t in p.choices.loop(range(p.sizes["l"])):
        if early == "before the loop":
            now, factor = spell.at(added, "l", t), spell.at(decay, "l", t)
        else:
            now = spell.product([spell.at(v, "l", t) for v in inputs])
            factor = spell.exp(p.log_decay(spell.at(o.delta, "l", t), o.A))
        if state is None:
            state = spell.order(now, axes)
        else:
            state = spell.order(spell.updated(state, factor, now), axes)
        if late == "of all states":
            rows.append(state)
        else:
            rows.append(spell.contract([state, *(spell.at(v, "l", t) for v in o.readout)], ["b", "d"]))
    assert state is not None
    joined = spell.join(rows, "l")
    return spell.contract([joined, *o.readout], ["b", "l", "d"]) if late == "of all states" else joined, state


def with_first(p: Program, o: Operands, state: Value, decay: Value, axes: list[str]) -> Value:
    """The inputs with the initial state as one at time 0."""
    spell = p.spell
    if o.init is None:
        return state
    rest = [a for a in axes if a != "l"]
    first = spell.times(spell.at(decay, "l", 0), o.init, rest)
    head = spell.plus(spell.at(state, "l", 0), first)
    others = [spell.at(state, "l", t) for t in range(1, p.sizes["l"])]
    return spell.order(spell.join([head, *others], "l"), axes)


def double(state: Tensor, decay: Tensor, dim: int, form: str) -> Tensor:
    """The states of a scan of logarithmic depth: each step looks twice as far back."""
    length, step = state.shape[dim], 1
    while step < length:
        if form == "cat":
            low_state, low_decay = (t.slice(dim, 0, length - step) for t in (state, decay))
            high_state, high_decay = (t.slice(dim, step, length) for t in (state, decay))
            new_state = cat([state.slice(dim, 0, step), high_state + high_decay * low_state], dim)
            new_decay = cat([decay.slice(dim, 0, step), high_decay * low_decay], dim)
        else:
            amounts = [0, 0] * (state.rank - 1 - dim) + [step, 0]
            new_state = state + decay * state.slice(dim, 0, length - step).pad(amounts)
            new_decay = decay * decay.slice(dim, 0, length - step).pad(amounts, 1.0)
        state, decay = new_state, new_decay
        step *= 2
    return state


def doubling(p: Program, o: Operands, inputs: list[Value]) -> Result:
    """A scan of logarithmic depth."""
    spell = p.spell
    axes = p.choices.shuffle("scan axes", ["b", "l", "d", "n"])
    state = spell.order(spell.product(inputs), axes)
    decay = spell.order(spell.exp(p.log_decay(o.delta, o.A)), axes)
    state = with_first(p, o, state, decay, axes)
    form = p.choices.pick("shift by", ["cat", "pad"])
    result = Value(double(state.tensor, decay.tensor, state.dim("l"), form), tuple(axes))
    return spell.contract([result, *o.readout], ["b", "l", "d"]), last(p, result)


def tree(p: Program, o: Operands, inputs: list[Value]) -> Result:
    """Pairs are combined, scanned, and what lies between is filled in."""
    spell = p.spell
    axes = ["b", "l", "d", "n"]
    state = spell.order(spell.product(inputs), axes)
    decay = spell.order(spell.exp(p.log_decay(o.delta, o.A)), axes)

    def scan(x: Tensor, a: Tensor) -> Tensor:
        length = x.shape[1]
        if length == 1:
            return x
        pairs = [length // 2, 2]
        x2, a2 = (t.reshape([t.shape[0], *pairs, *t.shape[2:]]) for t in (x, a))
        even_x, odd_x, even_a, odd_a = x2.select(2, 0), x2.select(2, 1), a2.select(2, 0), a2.select(2, 1)
        odd = scan(odd_x + odd_a * even_x, odd_a * even_a)
        before = cat([odd.slice(1, 0, 1).zeros_like(), odd.slice(1, 0, -1)], 1)
        even = even_x + even_a * before
        joined = cat([even.unsqueeze(2), odd.unsqueeze(2)], 2)
        return joined.reshape(x.shape)

    result = Value(scan(state.tensor, decay.tensor), tuple(axes))
    return spell.contract([result, *o.readout], ["b", "l", "d"]), last(p, result)


def divided_sums(p: Program, o: Operands, inputs: list[Value]) -> Result:
    """States as a cumulative sum of inputs divided by the decay so far."""
    spell = p.spell
    sums = p.decay_sums(o.delta, o.A)
    grown = spell.product([*inputs, spell.exp(spell.negative(sums))])
    total = spell.running_sum(grown, "l")
    if o.init is not None:
        total = spell.plus(total, o.init)
    state = spell.times(total, spell.exp(sums))
    return spell.contract([state, *o.readout], ["b", "l", "d"]), last(p, state)


def matrix(p: Program, o: Operands, inputs: list[Value]) -> Result:
    """One matrix over time for each channel and state."""
    spell = p.spell
    log_decay = p.log_decay(o.delta, o.A)
    sums = p.decay_sums(o.delta, o.A, log_decay)
    decay = spell.segment_decay(log_decay, "l", "l", "s", sums)
    sources = [v.renamed(l="s") for v in inputs]
    if p.choices.pick("readout", ["at once", "of all states"]) == "of all states" or "final" in p.parts:
        state = spell.contract([*sources, decay], ["b", "l", "d", "n"])
        if o.init is not None:
            state = spell.sum_of([state, spell.order(spell.times(o.init, spell.exp(sums)), state.axes)])
        return spell.contract([state, *o.readout], ["b", "l", "d"]), last(p, state)
    y = spell.contract([*o.readout, *sources, decay], ["b", "l", "d"])
    if o.init is not None:
        y = spell.sum_of([y, spell.contract([*o.readout, o.init, spell.exp(sums)], ["b", "l", "d"])])
    return y, y


def chunk_loop(p: Program, o: Operands, inputs: list[Value]) -> Result:
    """Chunk by chunk, each by divided sums or by a scan of logarithmic depth, from the state before."""
    spell = p.spell
    length = p.sizes["l"]
    chunk = p.choices.pick("chunk", [4, 2, 3, 5, 8], first=0.2)
    padding = -length % chunk
    values = [p.log_decay(o.delta, o.A), spell.product(inputs), *o.readout]
    values = [spell.pad_end(v, "l", padding) if padding else v for v in values]
    cut = [spell.split(v, "l", ("c", "q"), chunk) for v in values]
    state = begin(p, o, STATE)
    axes = ["b", "q", "d", "n"]
    how = p.choices.pick("in a chunk", ["divided sums", "doubling", "matrix"])
    rows = []
    for c in p.choices.loop(range((length + padding) // chunk)):
        log_decay, added, *readout = (spell.at(v, "c", c) for v in cut)
        sums = spell.running_sum(log_decay, "q")
        carried = spell.times(spell.exp(sums), state, axes)
        if how == "divided sums":
            grown = spell.running_sum(spell.times(added, spell.exp(spell.negative(sums)), axes), "q")
            local = spell.times(grown, spell.exp(sums), axes)
        elif how == "doubling":
            first, second = spell.order(added, axes), spell.order(spell.exp(log_decay), axes)
            local = Value(double(first.tensor, second.tensor, 1, "cat"), tuple(axes))
        else:
            decay = spell.segment_decay(log_decay, "q", "q", "s", sums)
            local = spell.contract([added.renamed(q="s"), decay], axes)
        states = spell.order(spell.plus(local, carried), axes)
        rows.append(spell.contract([states, *readout], ["b", "q", "d"]))
        state = spell.order(last(p, states, "q"), STATE)
    y = spell.merge(spell.join(rows, "c"), ("c", "q"), "l")
    return spell.cut(y, "l", 0, length), state
