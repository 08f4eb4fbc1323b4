"""What the PyTorch files that mambac writes may need. A file gets the parts that it uses: `#: name needs other` begins one."""

#: read_weights
def read_weights(path, model):
    """The tensors of an archive of torch.export.save, by name. Reads raw storages; nothing is unpickled."""
    types = {1: torch.uint8, 2: torch.int8, 3: torch.int16, 4: torch.int32, 5: torch.int64, 6: torch.float16,
             7: torch.float32, 8: torch.float64, 10: torch.complex64, 11: torch.complex128, 12: torch.bool,
             13: torch.bfloat16}
    weights = {}
    with zipfile.ZipFile(path) as archive:
        for entry in archive.namelist():
            folder, _, name = entry.rpartition("/")
            if name not in (f"{model}_weights_config.json", f"{model}_model_param_config.json", f"{model}_constants_config.json"):
                continue
            storages = {}
            for key, item in json.loads(archive.read(entry))["config"].items():
                meta, place = item["tensor_meta"], item["path_name"]
                if item.get("use_pickle") or meta is None:
                    continue
                if place not in storages:
                    storages[place] = bytearray(archive.read(f"{folder}/{place}"))
                number = lambda n: n["as_int"]
                sizes, strides = [number(n) for n in meta["sizes"]], [number(n) for n in meta["strides"]]
                dtype = types[meta["dtype"]]
                if 0 in sizes:
                    weights[key] = torch.empty(sizes, dtype=dtype)
                    continue
                flat = torch.frombuffer(storages[place], dtype=dtype)
                weights[key] = flat.as_strided(sizes, strides, number(meta["storage_offset"])).contiguous()
                if dtype.is_complex:  # pairs of numbers, as in the module
                    weights[key] = torch.view_as_real(weights[key])
    return weights


#: check
def check(x, name, dtype, sizes):
    """Refuses an input of another type or shape; None stands for any size."""
    if x.dtype != dtype or x.dim() != len(sizes) or any(n is not None and n != m for n, m in zip(sizes, x.shape)):
        wanted = ", ".join("any" if n is None else str(n) for n in sizes)
        raise ValueError(f"input {name} is {x.dtype} of shape {tuple(x.shape)}; it has to be {dtype} of shape ({wanted})")


#: check_size
def check_size(n, name, low, high, multiple):
    """Refuses a size that the graph was not exported for."""
    if n < low or n > high or n % multiple:
        raise ValueError(f"size {name} is {n}; it has to be between {low} and {high}, and a multiple of {multiple}")


#: strided
def strided(x, sizes, steps, start):
    """A view whose index along axis i of `sizes` moves by steps[i][k] along axis k of x, from x's position `start`."""
    strides = [sum(s * t for s, t in zip(step, x.stride())) for step in steps]
    return x.as_strided(sizes, strides, x.storage_offset() + sum(s * t for s, t in zip(start, x.stride())))


#: accumulator
def accumulator(*tensors):
    """The type in which mambac's ops compute."""
    return torch.float64 if any(t is not None and t.dtype == torch.float64 for t in tensors) else torch.float32


#: softplus
def softplus(x):
    """log(1 + exp(x)), without a threshold."""
    return torch.logaddexp(x, x.new_zeros(()))


#: time_steps needs softplus
def time_steps(dt, bias, use_softplus, low, high):
    """Bias, softplus and limits of the steps."""
    dt = dt if bias is None else dt + bias
    dt = softplus(dt) if use_softplus else dt
    return dt if low is None and high is None else dt.clamp(low, high)


#: running_scan
def running_scan(a, b, state):
    """All h[t] = a[t] * h[t-1] + b[t] along axis 1, h[-1] = state, in log2(t) passes."""
    b = torch.cat((b[:, :1] + a[:, :1] * state.unsqueeze(1), b[:, 1:]), 1)
    step = 1
    while step < b.shape[1]:
        b = torch.cat((b[:, :step], b[:, step:] + a[:, step:] * b[:, :-step]), 1)
        a = torch.cat((a[:, :step], a[:, step:] * a[:, :-step]), 1)
        step *= 2
    return b


#: chunks
def chunks(length, size, reverse):
    """Begins and ends of the pieces of time, in the order in which time runs."""
    pieces = [(i, min(i + size, length)) for i in range(0, length, size)]
    return reversed(pieces) if reverse else pieces


#: cumsum needs accumulator
def cumsum(x, dim, reverse, exclusive, dtype, log=False):
    """A running sum, or the logarithm of that of exp(x); exclusive: without the element itself."""
    x = x.to(accumulator(x)) if x.is_floating_point() else x
    x = x.flip(dim) if reverse else x
    y = torch.logcumsumexp(x, dim) if log else torch.cumsum(x, dim)
    if exclusive:
        y = torch.cat((torch.full_like(y.narrow(dim, 0, min(1, y.shape[dim])), -math.inf if log else 0), y.narrow(dim, 0, max(0, y.shape[dim] - 1))), dim)
    return (y.flip(dim) if reverse else y).to(dtype)


#: segsum needs accumulator
def segsum(a, dim, dtype):
    """S[.., i, .., j] = sum of a[.., k, ..] over j < k <= i; -inf for j > i."""
    a = a.movedim(dim, -1).to(accumulator(a)).unsqueeze(-1)
    square = torch.ones(a.shape[-2], a.shape[-2], dtype=torch.bool, device=a.device)
    s = a.masked_fill(square.triu(), 0.0).cumsum(-2).masked_fill(square.triu(1), -math.inf)
    return s.movedim(-2, dim).to(dtype)


#: scan needs accumulator running_scan chunks
def scan(a, b, state, axis, reverse, dtype, chunk=16):
    """h[t] = a[t] * h[t-1] + b[t] along `axis`; a and b have the shape of h. Returns h and the last h."""
    acc = accumulator(a, b, state)
    a, b = (t.movedim(axis, 0).unsqueeze(0) for t in (a, b))
    h = torch.zeros_like(b[:, 0], dtype=acc) if state is None else state.unsqueeze(0).to(acc)
    y = torch.empty(b.shape, dtype=dtype, device=b.device)
    for i, j in chunks(b.shape[1], chunk, reverse):
        pieces = [t[:, i:j].to(acc) for t in (a, b)]
        part = running_scan(*([t.flip(1) for t in pieces] if reverse else pieces), h)
        h = part[:, -1]
        y[:, i:j] = part.flip(1) if reverse else part
    return y.squeeze(0).movedim(0, axis), h.squeeze(0).to(dtype)


#: complex_scan needs accumulator running_scan chunks
def complex_scan(shape, a, a_imag, b, b_imag, state, state_imag, axis, reverse, dtype, chunk=16):
    """scan of complex numbers in two parts, where None is 0. Returns h and the last h, in two parts each."""
    acc = accumulator(a, a_imag, b, b_imag, state, state_imag)
    ends = [n for i, n in enumerate(shape) if i != axis]
    h = torch.zeros(1, *ends, dtype=torch.complex(*torch.zeros(2, 1, dtype=acc)).dtype, device=a.device)
    h = h + (0 if state is None else state.to(acc)) + 1j * (0 if state_imag is None else state_imag.to(acc))
    a, a_imag, b, b_imag = (None if t is None else t.expand(shape).movedim(axis, 0) for t in (a, a_imag, b, b_imag))
    y = torch.empty(2, *b.shape, dtype=dtype, device=b.device)
    for i, j in chunks(b.shape[0], chunk, reverse):
        cut = lambda t: torch.zeros((), dtype=acc, device=h.device) if t is None else (t[i:j].flip(0) if reverse else t[i:j]).to(acc)
        part = running_scan(*(torch.complex(*torch.broadcast_tensors(cut(re), cut(im))).unsqueeze(0) for re, im in ((a, a_imag), (b, b_imag))), h)
        h = part[:, -1]
        y[:, i:j] = torch.view_as_real(part[0].flip(0) if reverse else part[0]).movedim(-1, 0)
    h = torch.view_as_real(h.squeeze(0)).to(dtype)
    return y[0].movedim(0, axis), y[1].movedim(0, axis), h[..., 0], h[..., 1]


#: selective_scan needs accumulator time_steps running_scan chunks
def selective_scan(u, delta, A, B, C, D, z, bias, state, use_softplus, low, high, reverse, dtype, chunk=16):
    """Mamba's scan in pieces of time: u, delta, z (b, l, d), A (d, n), B, C (b or 1, l or 1, groups, n), state (b, d, n).

    Memory beside the result: some tensors of (b, chunk, d, n).
    """
    acc = accumulator(u, delta, A, B, C, D, z, bias, state)
    b, length, d = u.shape
    n = A.shape[1]
    h = torch.zeros(b, d, n, dtype=acc, device=u.device) if state is None else state.to(acc)
    y = torch.empty(b, length, d, dtype=dtype, device=u.device)
    A, D, bias = (None if t is None else t.to(acc) for t in (A, D, bias))
    B, C = (t.expand(t.shape[0], length, -1, -1) for t in (B, C))
    for i, j in chunks(length, chunk, reverse):
        cut = lambda t: (t[:, i:j].flip(1) if reverse else t[:, i:j]).to(acc)
        us = cut(u)
        dt = time_steps(cut(delta), bias, use_softplus, low, high)
        spread = lambda t: t.repeat_interleave(d // t.shape[2], 2) if 1 < t.shape[2] < d else t
        part = running_scan(torch.exp(dt.unsqueeze(-1) * A), (dt * us).unsqueeze(-1) * spread(cut(B)), h)
        h = part[:, -1]
        ys = (part * spread(cut(C))).sum(-1)
        ys = ys if D is None else ys + D * us
        ys = ys if z is None else ys * torch.nn.functional.silu(cut(z))
        y[:, i:j] = ys.flip(1) if reverse else ys
    return y, h.to(dtype)


#: ssd needs accumulator time_steps chunks
def ssd(x, dt, A, B, C, D, z, bias, state, use_softplus, low, high, reverse, dtype, chunk=64):
    """Mamba-2's state space duality in pieces of time: x, z (b, l, h, p), dt (b, l, h), A (h), B, C (b, l, groups, n),
    D (h, p or 1), state (b, h, p, n). Without dt, A (b or 1, l or 1, h) is the logarithm of the decay.

    Memory beside the result: the state, and tensors of (b, chunk, chunk, h).
    """
    acc = accumulator(x, dt, A, B, C, D, z, bias, state)
    b, length, h, p = x.shape
    g, n = B.shape[2:]
    # The state as the product with C wants it: the channels of a group's heads side by side.
    s = torch.zeros(b, h, p, n, dtype=acc, device=x.device) if state is None else state.to(acc)
    s = s.reshape(b, g, h // g * p, n)
    y = torch.empty(b, length, h, p, dtype=dtype, device=x.device)
    A, D, bias = (None if t is None else t.to(acc) for t in (A, D, bias))
    if dt is None:
        A = A.expand(b, length, h)
    for i, j in chunks(length, chunk, reverse):
        cut = lambda t: (t[:, i:j].flip(1) if reverse else t[:, i:j]).to(acc)
        xs, bs, cs = cut(x), cut(B).transpose(1, 2), cut(C).transpose(1, 2)
        if dt is None:
            decay, us = cut(A), xs
        else:
            steps = time_steps(cut(dt), bias, use_softplus, low, high)
            decay, us = steps * A, xs * steps.unsqueeze(-1)
        decay, us = decay.transpose(1, 2), us.transpose(1, 2)  # (b, h, chunk), (b, h, chunk, p)
        sums = torch.cumsum(decay, -1)
        # Each segment is summed on its own: a difference of two long sums would lose digits.
        square = torch.ones(j - i, j - i, dtype=torch.bool, device=x.device)
        within = decay.unsqueeze(-1).masked_fill(square.triu(), 0.0).cumsum(-2).masked_fill(square.triu(1), -math.inf).exp()
        scores = torch.matmul(cs, bs.transpose(-1, -2)).unsqueeze(2)
        ys = torch.matmul((within.unflatten(1, (g, h // g)) * scores).flatten(1, 2), us)
        past = torch.matmul(cs, s.transpose(-1, -2)).unflatten(-1, (h // g, p)).permute(0, 1, 3, 2, 4).flatten(1, 2)
        ys = (ys + past * sums.exp().unsqueeze(-1)).transpose(1, 2)
        rest = (us * within[:, :, -1].unsqueeze(-1)).transpose(-1, -2).reshape(b, g, h // g * p, j - i)
        kept = sums[:, :, -1].exp().unsqueeze(-1).expand(b, h, p).reshape(b, g, h // g * p, 1)
        s = s * kept + torch.matmul(rest, bs)
        ys = ys if D is None else ys + D * xs
        ys = ys if z is None else ys * torch.nn.functional.silu(cut(z))
        y[:, i:j] = ys.flip(1) if reverse else ys
    return y, s.reshape(b, h, p, n).to(dtype)


#: causal_conv1d needs accumulator
def causal_conv1d(x, weight, bias, window, silu, dtype):
    """Depthwise convolution along time: x (b, l, c), weight (c, k), window (b, c, k - 1 or more): the inputs before time 0."""
    acc = accumulator(x, weight, bias, window)
    taps = weight.shape[1]
    x = x.transpose(1, 2)
    x = torch.nn.functional.pad(x, (taps - 1, 0)) if window is None else torch.cat((window.to(x.dtype), x), 2)
    entries = taps - 1 if window is None else window.shape[2]
    kept = x[:, :, x.shape[2] - entries:]
    x = x[:, :, entries - (taps - 1):]
    weight, length = weight.to(acc), x.shape[2] - (taps - 1)
    # The bias comes last: beginning with it, as conv1d does, rounds each tap's sum to its size.
    y = x[:, :, :length].to(acc) * weight[:, :1]
    for k in range(1, taps):
        y.addcmul_(x[:, :, k:k + length].to(acc), weight[:, k:k + 1])
    y = y if bias is None else y + bias.to(acc).unsqueeze(-1)
    y = torch.nn.functional.silu(y) if silu else y
    return y.transpose(1, 2).to(dtype), kept


#: attention needs accumulator
def attention(query, key, value, mask, position, scale, causal, dtype):
    """query (b, h, q, d), key and value (b, h or groups of it, s, d). Query i sees the keys j <= i + (s - q) if causal, or
    j <= i + position[b]."""
    heads, q, s = query.shape[1], query.shape[2], key.shape[2]
    if not query.dtype == key.dtype == value.dtype:  # a cache of another type
        query, key, value = (t.to(accumulator(query, key, value)) for t in (query, key, value))
    key, value = (t if t.shape[1] == heads else t.repeat_interleave(heads // t.shape[1], 1) for t in (key, value))
    if causal and (mask is not None or position is not None or q != s):
        before = torch.tensor([s - q]) if position is None else position
        last = before.to(query.device)[:, None, None, None] + torch.arange(q, device=query.device)[:, None]
        seen = torch.arange(s, device=query.device) <= last
        if mask is None:
            mask = seen
        else:
            mask = mask & seen if mask.dtype == torch.bool else mask.masked_fill(~seen, -math.inf)
        causal = False
    if mask is not None:
        mask = (mask if mask.dtype == torch.bool else mask.to(query.dtype)).expand(query.shape[0], heads, q, s)
    return torch.nn.functional.scaled_dot_product_attention(query, key, value, mask, 0.0, causal, scale=scale).to(dtype)


#: append
def append(rows, position, cache):
    """The cache (b, h, s, d) with rows (b, h, l, d) from position (b) on; rows beyond its end are dropped."""
    at = position[:, None] + torch.arange(rows.shape[2], device=rows.device)
    text, row = ((at >= 0) & (at < cache.shape[2])).nonzero(as_tuple=True)
    result = cache.clone()
    result[text, :, at[text, row]] = rows[text, :, row].to(cache.dtype)
    return result


#: contract needs accumulator
def contract(equation, dtype, *tensors):
    """A sum of products, in the type that mambac sums in; two factors of the result's own type are PyTorch's own case."""
    if len(tensors) > 2 or any(t.dtype != dtype for t in tensors):
        acc = accumulator(*tensors)
        tensors = [t.to(acc) for t in tensors]
    return torch.einsum(equation, *tensors).to(dtype)
