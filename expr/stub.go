package expr

func formatFloat(x float64, bits int) string { panic("") }
func (v *Value) key() string                 { panic("") }
func (g *Graph) String() string              { panic("") }
func (v *Value) convert(d DType) *Value { panic("") }
