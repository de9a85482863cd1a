package kernel

import "slices"

// InPlace reports whether out, which has n elements of the dtype of in, may be
// the memory of in when k runs with these parameters: every iteration stores one
// element of out, after the last use of what it has loaded of in, and loads no
// other element of in than that. It says no where that is not plain to see.
func (k *Kernel) InPlace(params []int, out, in Buf, n int) bool {
	body, trips := k.only(k.Body, params, out, 1)
	if body == nil || trips != n {
		return false
	}
	at := slices.IndexFunc(body, func(s Stmt) bool { st, ok := s.(*Store); return ok && st.Buf == out })
	store := body[at].(*Store)
	if store.Add || len(store.Picks) > 0 || len(store.At.Terms) == 0 {
		return false
	}
	var loaded []Value
	for s := range All(k.Body) {
		l, ok := s.(*Load)
		if !ok || l.Buf != in {
			continue
		}
		if i := slices.Index(body, s); i < 0 || i > at || len(l.Picks) > 0 || !samePlace(l.At, store.At, params) {
			return false
		}
		loaded = append(loaded, l.Dst)
	}
	return len(loaded) > 0 && usedBefore(body, loaded, store.Src)
}

// only returns the block with the only store to a buffer, and how many times it
// runs; nil if there are several, or loops inside of that block or conditions
// around it.
func (k *Kernel) only(body []Stmt, params []int, out Buf, trips int) ([]Stmt, int) {
	stores, inner := 0, Stmt(nil)
	for _, s := range body {
		if st, ok := s.(*Store); ok && st.Buf == out {
			stores++
		}
		for _, b := range Blocks(s) {
			for t := range All(b) {
				if st, ok := t.(*Store); ok && st.Buf == out {
					inner = s
				}
			}
		}
	}
	nested := slices.ContainsFunc(body, func(s Stmt) bool { return Blocks(s) != nil })
	if stores == 1 && inner == nil && !nested {
		return body, trips
	}
	l, ok := inner.(*Loop)
	if !ok || stores > 0 || l.By != (Int{}) || l.Block != 0 {
		return nil, 0
	}
	return k.only(l.Body, params, out, trips*l.Trips(params))
}

// samePlace reports whether two indices are the same element in every
// iteration.
func samePlace(x, y Index, params []int) bool {
	if x.Offset.Value(params) != y.Offset.Value(params) || len(x.Terms) != len(y.Terms) {
		return false
	}
	for _, t := range x.Terms {
		stride, ok := y.Stride(t.Var)
		if !ok || stride.Value(params) != t.Stride.Value(params) {
			return false
		}
	}
	return true
}

// usedBefore reports whether no statement of a block takes one of the loaded
// values after the one that makes src, which an executor may make where it is
// stored.
func usedBefore(body []Stmt, loaded []Value, src Value) bool {
	made := slices.IndexFunc(body, func(s Stmt) bool { return slices.Contains(Defs(s), src) })
	if made < 0 {
		return false // made outside of the loops
	}
	for i, s := range body {
		_, isStore := s.(*Store)
		for _, v := range Uses(s) {
			if i > made && slices.Contains(loaded, v) && !(isStore && v == src) {
				return false
			}
		}
	}
	return true
}
