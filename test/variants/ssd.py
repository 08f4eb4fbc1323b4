"""Programs that compute Mamba-2's state space duality, from the definition of ssm.ssd (dialects/SSM/IR/SSMOps.td).

The spine is one of the ways in which it is computed: token by token, as one matrix over time, in chunks, through all
states, by a scan of logarithmic depth. Each step of a spine is written by the speller in one of its spellings.
"""

from __future__ import annotations

import math

from choices import Choices
from program import Program, positions, silu, softplus
from speller import Value
from tracer import cat

SPINES = ["quadratic", "chunks", "tokens", "chunk loop", "states", "doubling", "divided sums"]
# Those that can be written for a length known at run time only.
LONG_SPINES = ["quadratic", "padded chunks", "states", "divided sums"]


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
    program.ops = ["ssd"]
    if program.sizes["p"] == program.sizes["n"] == 1:
        # One decay for each head and one state: that is the selective scan's channel as well.
        program.ops.append("selective_scan")
    return program


def declare(p: Program) -> None:
    """Sizes, parts and contents."""
    pick, sizes = p.choices.pick, p.sizes
    p.pick_dynamic(SPINES, LONG_SPINES)
    short = p.spine in ("tokens", "doubling")
    if p.spine == "padded chunks" and pick("length", ["any", "a multiple of the chunk"]) != "any":
        p.chunk = pick("multiple of", [4, 2, 3, 5])
    p.pick_size("b", [2, 1])
    p.pick_size("l", [5, 1, 2, 3, 4, 6] if short else [6, 1, 2, 3, 4, 5, 7, 8, 9, 12], first=0.2)
    sizes["g"] = pick("g", [1, 2])
    sizes["r"] = pick("r", [3, 1, 2])
    sizes["h"] = sizes["g"] * sizes["r"]
    sizes["p"] = pick("p", [3, 1, 2, 4], first=0.4)
    sizes["n"] = pick("n", [2, 1, 3, 4], first=0.4)
    for part in ("D", "z", "softplus", "bias", "A_log", "init", "final"):
        if p.choices.chance(f"with {part}", 0.35):
            p.parts.append(part)
    p.draw("x", "b l h p", lambda r: r.gauss(0, 1))
    p.draw("B", "b l g n", lambda r: r.gauss(0, 1))
    p.draw("C", "b l g n", lambda r: r.gauss(0, 1))
    plain = "softplus" not in p.parts
    p.draw("dt", "b l h", (lambda r: r.uniform(0.1, 1.0)) if plain else lambda r: r.gauss(0, 1))
    p.draw("A_log", "h", lambda r: r.uniform(-1.0, 0.7))
    p.draw("A", "h", lambda r: 0.0).values = [-math.exp(v) for v in p.arrays["A_log"].values]
    p.draw("D", "h", lambda r: r.gauss(0, 1))
    p.draw("z", "b l h p", lambda r: r.gauss(0, 1))
    p.draw("bias", "h", (lambda r: r.uniform(0.1, 0.3)) if plain else lambda r: r.gauss(0, 1))
    p.draw("init", "b h p n", lambda r: r.gauss(0, 1))


def reference(p: Program) -> None:
    """Token by token, in double precision."""
    x, dt, rate, b, c = (p.arrays[k] for k in ("x", "dt", "A", "B", "C"))
    y = p.draw("y", "b l h p", lambda r: 0.0)
    final = p.draw("final", "b h p n", lambda r: 0.0)
    ratio = p.sizes["r"]
    for at in positions(p.sizes, "b h p"):
        group = at["h"] // ratio
        state = [p.arrays["init"][at | {"n": n}] if "init" in p.parts else 0.0 for n in range(p.sizes["n"])]
        for t in range(p.sizes["l"]):
            here = at | {"l": t, "g": group}
            step = dt[here] + (p.arrays["bias"][at] if "bias" in p.parts else 0.0)
            step = softplus(step) if "softplus" in p.parts else step
            total = 0.0
            for n in range(p.sizes["n"]):
                place = here | {"n": n}
                state[n] = math.exp(step * rate[at]) * state[n] + step * b[place] * x[here]
                total += c[place] * state[n]
            total += p.arrays["D"][at] * x[here] if "D" in p.parts else 0.0
            total *= silu(p.arrays["z"][here]) if "z" in p.parts else 1.0
            y.values[y.index(here)] = total
        for n, value in enumerate(state):
            final.values[final.index(at | {"n": n})] = value


class Operands:
    """The operands of the scan as the spine reads them."""

    def __init__(self, p: Program) -> None:
        spell, pick = p.spell, p.choices.pick
        layouts = ["b l h p", "b l h.p", "b h l p", "b h p l"]
        self.x = p.input("x", layouts)
        dt = p.input("dt", ["b l h", "b h l"])
        bias = p.input("bias", ["h"]) if "bias" in p.parts else None
        self.A = p.decay_rate("A", "h")
        groups = ["b l g n", "b g l n", "b l g.n", "b g n l"]
        self.B, self.C = p.input("B", groups), p.input("C", groups)
        self.D = p.input("D", ["h"]) if "D" in p.parts else None
        self.z = p.input("z", layouts) if "z" in p.parts else None
        self.init = p.input("init", ["b h p n", "b h n p", "h b p n"]) if "init" in p.parts else None
        self.dt = p.time_step(dt, bias)
        handling = ["repeat", "split", "expand"] + (["shared"] if p.sizes["g"] == 1 else [])
        self.handling = pick("groups", handling)
        if self.handling == "split":
            inner = p.sizes["r"]
            for name in ("x", "dt", "A", "D", "z", "init"):
                value = getattr(self, name)
                if value is not None:
                    setattr(self, name, spell.split(value, "h", ("g", "r"), inner))
        elif self.handling == "shared":
            for name in ("B", "C"):
                value = getattr(self, name)
                dim = value.dim("g")
                setattr(self, name, Value(value.tensor.squeeze(dim), value.axes[:dim] + value.axes[dim + 1 :]))
        else:
            self.B, self.C = (self.repeated(p, v) for v in (self.B, self.C))
        self.heads = ["g", "r"] if self.handling == "split" else ["h"]
        self.readout = p.readout(self.C, self.z)

    def repeated(self, p: Program, v: Value) -> Value:
        """A group's values for each of its heads."""
        dim, count = v.dim("g"), p.sizes["r"]
        if self.handling == "repeat":
            return Value(v.tensor.repeat_interleave(count, dim), tuple("h" if a == "g" else a for a in v.axes))
        axes = v.axes[: dim + 1] + ("r",) + v.axes[dim + 1 :]
        sizes = {a: p.sizes[a] for a in axes}
        return p.spell.merge(p.spell.broadcast_to(v, sizes), ("g", "r"), "h")


def write(p: Program) -> None:
    """The program."""
    spell = p.spell
    o = Operands(p)
    # Where the time step goes: to x, to B, or into the products as a factor of its own.
    place = p.choices.pick("time step to", ["factor", "x", "B"])
    inputs = [o.B, o.x, o.dt]
    if place == "x":
        inputs = [o.B, spell.times(o.x, o.dt)]
    elif place == "B":
        inputs = [spell.times(o.B, o.dt), o.x]
    log_decay = p.log_decay(o.dt, o.A)
    spines = {
        "quadratic": quadratic,
        "chunks": chunks,
        "padded chunks": chunks,
        "tokens": tokens,
        "chunk loop": chunk_loop,
        "states": states,
        "doubling": doubling,
        "divided sums": divided_sums,
    }
    y, final = spines[p.spine](p, o, inputs, log_decay)
    y = p.finish(y, o.x, o.D)
    if o.handling == "split":
        y = spell.merge(y, ("g", "r"), "h")
        final = spell.merge(final, ("g", "r"), "h") if "final" in p.parts else final
    p.output("y", y, ["b l h p", "b l h.p", "b h l p"])
    if "final" in p.parts:
        p.output("final", final, ["b h p n", "b h n p"])


Result = tuple[Value, Value]


def last(p: Program, v: Value, axis: str = "l") -> Value:
    """The last position of an axis."""
    return p.spell.last(v, axis)


def final_state(p: Program, o: Operands, inputs: list[Value], sums: Value) -> Value:
    """The state after the last token, from all of them at once."""
    spell = p.spell
    end = last(p, sums)
    decay = spell.exp_difference(end, sums, sums.axes)
    out = ["b", *o.heads, "p", "n"]
    state = spell.contract([*inputs, decay], out)
    if o.init is not None:
        state = spell.sum_of([state, spell.order(spell.times(o.init, spell.exp(end)), out)])
    return state


def quadratic(p: Program, o: Operands, inputs: list[Value], log_decay: Value) -> Result:
    """One matrix over time."""
    spell = p.spell
    sums = p.decay_sums(o.dt, o.A, log_decay)
    decay = spell.segment_decay(log_decay, "l", "l", "s", sums)
    sources = [v.renamed(l="s") for v in inputs]
    out = ["b", "l", *o.heads, "p"]
    y = spell.contract([*o.readout, *sources, decay], out)
    if o.init is not None:
        y = spell.sum_of([y, spell.contract([*o.readout, o.init, spell.exp(sums)], out)])
    return y, final_state(p, o, inputs, sums) if "final" in p.parts else y


def states(p: Program, o: Operands, inputs: list[Value], log_decay: Value) -> Result:
    """All states at once, then the readout."""
    spell = p.spell
    sums = p.decay_sums(o.dt, o.A, log_decay)
    decay = spell.segment_decay(log_decay, "l", "l", "s", sums)
    axes = ["b", "l", *o.heads, "p", "n"]
    state = spell.contract([*(v.renamed(l="s") for v in inputs), decay], axes)
    if o.init is not None:
        state = spell.sum_of([state, spell.order(spell.times(o.init, spell.exp(sums)), axes)])
    return spell.contract([state, *o.readout], ["b", "l", *o.heads, "p"]), last(p, state)


def divided_sums(p: Program, o: Operands, inputs: list[Value], log_decay: Value) -> Result:
    """States as a cumulative sum of inputs divided by the decay so far."""
    spell = p.spell
    sums = p.decay_sums(o.dt, o.A, log_decay)
    grown = spell.product([*inputs, spell.exp(spell.negative(sums))])
    total = spell.running_sum(grown, "l")
    if o.init is not None:
        total = spell.plus(total, o.init)
    state = spell.times(total, spell.exp(sums))
    return spell.contract([state, *o.readout], ["b", "l", *o.heads, "p"]), last(p, state)


def tokens(p: Program, o: Operands, inputs: list[Value], log_decay: Value) -> Result:
    """A loop over time, unrolled."""
    spell, pick = p.spell, p.choices.pick
    axes = ["b", *o.heads, "p", "n"]
    early = pick("products", ["in the loop", "before the loop"])
    begin = pick("begin", ["zeros", "first input"])
    if early == "before the loop":
        added = spell.product(inputs)
        decay = spell.exp(log_decay)
    if o.init is not None:
        state = spell.order(o.init, axes)
    elif begin == "zeros":
        shape = [p.sizes[a] for a in axes]
        state = Value(o.x.tensor.new_zeros(shape), tuple(axes))
    else:
        state = None
    rows = []
    for t in p.choices.loop(range(p.sizes["l"])):
        if early == "before the loop":
            now, factor = spell.at(added, "l", t), spell.at(decay, "l", t)
        else:
            now = spell.product([spell.at(v, "l", t) for v in inputs])
            factor = spell.exp(spell.at(log_decay, "l", t))
        if state is None:
            state = spell.order(now, axes)
        else:
            state = spell.order(spell.updated(state, factor, now), axes)
        rows.append(spell.contract([state, *(spell.at(v, "l", t) for v in o.readout)], ["b", *o.heads, "p"]))
    assert state is not None
    return spell.join(rows, "l"), state


def doubling(p: Program, o: Operands, inputs: list[Value], log_decay: Value) -> Result:
    """A scan of logarithmic depth: each step looks twice as far back."""
    spell = p.spell
    axes = ["b", "l", *o.heads, "p", "n"]
    sizes = {a: p.sizes[a] for a in axes}
    state = spell.order(spell.product(inputs), axes)
    decay = spell.broadcast_to(spell.exp(log_decay), sizes)
    if o.init is not None:
        # The initial state is an input at time 0.
        first = spell.times(spell.at(decay, "l", 0), o.init, ["b", *o.heads, "p", "n"])
        head = spell.plus(spell.at(state, "l", 0), first)
        rest = [spell.at(state, "l", t) for t in range(1, p.sizes["l"])]
        state = spell.order(spell.join([head, *rest], "l"), axes)
    step, form = 1, p.choices.pick("shift by", ["cat", "pad"])
    while step < p.sizes["l"]:
        length = p.sizes["l"]
        if form == "cat":
            low_state, low_decay = (v.tensor.slice(1, 0, length - step) for v in (state, decay))
            high_state, high_decay = (v.tensor.slice(1, step, length) for v in (state, decay))
            new_state = cat([state.tensor.slice(1, 0, step), high_state + high_decay * low_state], 1)
            new_decay = cat([decay.tensor.slice(1, 0, step), high_decay * low_decay], 1)
        else:
            amounts = [0, 0] * (len(axes) - 2) + [step, 0]
            shifted_state = state.tensor.slice(1, 0, length - step).pad(amounts)
            shifted_decay = decay.tensor.slice(1, 0, length - step).pad(amounts, 1.0)
            new_state = state.tensor + decay.tensor * shifted_state
            new_decay = decay.tensor * shifted_decay
        state, decay = Value(new_state, tuple(axes)), Value(new_decay, tuple(axes))
        step *= 2
    return spell.contract([state, *o.readout], ["b", "l", *o.heads, "p"]), last(p, state)


def cut_into_chunks(p: Program, values: list[Value]) -> tuple[list[Value], int, int]:
    """Padded to a multiple of the chunk, and time as chunk and position."""
    length = p.sizes["l"]
    is_open = p.is_open("l")
    chunk = p.chunk or p.choices.pick("chunk", [4, 2, 3, 5, 8] + ([] if is_open else [1]), first=0.2)
    padding = p.spell.padding(length, chunk) if is_open else -length % chunk
    if is_open and p.chunk and p.choices.chance("no padding", 0.5):
        padding, is_open = 0, False
    if padding == 0 and not p.is_open("l") and p.choices.chance("a chunk of padding", 0.1):
        padding = chunk
    result = []
    for v in values:
        padded = p.spell.pad_end(v, "l", padding) if padding or is_open else v
        result.append(p.spell.split(padded, "l", ("c", "q"), chunk))
    return result, chunk, length + padding


def uncut(p: Program, y: Value) -> Value:
    """Chunk and position as time, without the padding."""
    return p.spell.cut(p.spell.merge(y, ("c", "q"), "l"), "l", 0, p.sizes["l"])


def within(p: Program, readout: list[Value], inputs: list[Value], decay: Value, axes: list[str]) -> Value:
    """What the tokens of a chunk add to each other's results."""
    return p.spell.contract([*readout, *(v.renamed(q="s") for v in inputs), decay], axes)


def chunks(p: Program, o: Operands, inputs: list[Value], log_decay: Value) -> Result:
    """Matrices within chunks, and a recurrence over the chunks' states."""
    spell = p.spell
    cut, chunk, _ = cut_into_chunks(p, [log_decay, *o.readout, *inputs])
    count = len(o.readout)
    log_decay, readout, inputs = cut[0], cut[1 : 1 + count], cut[1 + count :]
    sums = spell.running_sum(log_decay, "q")
    decay = spell.segment_decay(log_decay, "q", "q", "s", sums)
    out = ["b", "c", "q", *o.heads, "p"]
    inner = within(p, readout, inputs, decay, out)
    end = last(p, sums, "q")
    to_end = spell.exp_difference(end, sums, sums.axes)
    state_axes = ["b", "c", *o.heads, "p", "n"]
    added = spell.contract([*inputs, to_end], state_axes)
    kinds = {"loop": between_loop, "matrix": between_matrix, "shifted matrix": between_shifted}
    if p.is_open("l"):
        del kinds["loop"]
    before, final = kinds[p.choices.pick("between chunks", list(kinds))](p, o, added, end)
    outer = spell.contract([*readout, before, spell.exp(sums)], out)
    return uncut(p, spell.sum_of([inner, outer])), final


def between_loop(p: Program, o: Operands, added: Value, end: Value) -> Result:
    """The states before each chunk and the last one, chunk by chunk."""
    spell = p.spell
    axes = ["b", *o.heads, "p", "n"]
    factor = spell.exp(end)
    if o.init is not None:
        state = spell.order(o.init, axes)
    else:
        state = Value(added.tensor.new_zeros([p.sizes[a] for a in axes]), tuple(axes))
    before = []
    for c in p.choices.loop(range(added.size("c"))):
        before.append(state)
        state = spell.order(spell.plus(spell.times(state, spell.at(factor, "c", c)), spell.at(added, "c", c)), axes)
    return spell.join(before, "c"), state


def with_init(p: Program, o: Operands, added: Value) -> Value:
    """The chunks' states behind the initial one."""
    if o.init is None:
        return p.spell.pad_front(added, "c")
    init = p.spell.order(o.init, [a for a in added.axes if a != "c"])
    dim = added.dim("c")
    return Value(cat([init.tensor.unsqueeze(dim), added.tensor], dim), added.axes)


def between_matrix(p: Program, o: Operands, added: Value, end: Value) -> Result:
    """The same as one matrix over chunks, the initial state being chunk -1."""
    spell = p.spell
    count = added.size("c")
    sources = with_init(p, o, added).renamed(c="from")
    padded = spell.pad_front(end, "c")
    decay = spell.segment_decay(padded, "c", "c", "from")
    axes = ["b", "c", *o.heads, "p", "n"]
    everything = spell.contract([sources, decay], axes)
    return spell.cut(everything, "c", 0, count), spell.last(everything, "c")


def between_shifted(p: Program, o: Operands, added: Value, end: Value) -> Result:
    """A matrix of the chunks strictly before each; the initial state beside it."""
    spell = p.spell
    count = added.size("c")
    sums = spell.running_sum(end, "c")
    earlier = spell.minus(sums, end, sums.axes)  # without the chunk itself
    rest = [a for a in sums.axes if a != "c"]
    segments = spell.minus(earlier, sums.renamed(c="from"), [*rest, "c", "from"])
    decay = spell.masked_exp(segments, "c", "from", count, strict=True)
    axes = ["b", "c", *o.heads, "p", "n"]
    before = spell.contract([added.renamed(c="from"), decay], axes)
    if o.init is not None:
        before = spell.sum_of([before, spell.order(spell.times(o.init, spell.exp(earlier)), axes)])
    carried = spell.times(last(p, before, "c"), spell.exp(last(p, end, "c")))
    final = spell.plus(carried, last(p, added, "c"))
    return before, final


def chunk_loop(p: Program, o: Operands, inputs: list[Value], log_decay: Value) -> Result:
    """Chunk by chunk, each with its results and the state it leaves."""
    spell = p.spell
    cut, chunk, padded = cut_into_chunks(p, [log_decay, *o.readout, *inputs])
    count = len(o.readout)
    axes = ["b", *o.heads, "p", "n"]
    if o.init is not None:
        state = spell.order(o.init, axes)
    else:
        state = Value(o.x.tensor.new_zeros([p.sizes[a] for a in axes]), tuple(axes))
    rows = []
    for c in p.choices.loop(range(padded // chunk)):
        decays, *rest = (spell.at(v, "c", c) for v in cut)
        readout, sources = rest[:count], rest[count:]
        sums = spell.running_sum(decays, "q")
        decay = spell.segment_decay(decays, "q", "q", "s", sums)
        out = ["b", "q", *o.heads, "p"]
        inner = within(p, readout, sources, decay, out)
        outer = spell.contract([*readout, state, spell.exp(sums)], out)
        rows.append(spell.sum_of([inner, outer]))
        end = last(p, sums, "q")
        to_end = spell.exp_difference(end, sums, sums.axes)
        added = spell.contract([*sources, to_end], axes)
        state = spell.order(spell.plus(spell.times(state, spell.exp(end)), added), axes)
    return uncut(p, spell.join(rows, "c")), state
