package optimize

// pages is a list that is never copied as it grows, but for its beginning: what is
// known of the nodes of large graphs is tens of megabytes, and memory that was not
// in use before costs more than what is written there.
type pages[T any] struct {
	all    [][]T // all full, but for the last
	length int
}

const (
	pageBits = 12
	pageSize = 1 << pageBits
)

// at returns element i. It may move when the list grows.
func (p *pages[T]) at(i int32) *T { return &p.all[i>>pageBits][i&(pageSize-1)] }

// append adds an element.
func (p *pages[T]) append(x T) {
	if p.length%pageSize == 0 {
		p.all = append(p.all, p.fresh())
	}
	last := &p.all[len(p.all)-1]
	*last = append(*last, x)
	p.length++
}

// fresh returns a page: the first one of many lists is never filled.
func (p *pages[T]) fresh() []T {
	if p.length == 0 {
		return make([]T, 0, 64)
	}
	return make([]T, 0, pageSize)
}
