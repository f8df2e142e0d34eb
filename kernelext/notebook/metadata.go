package notebook

// RemoveMetadata removes the value at a path of keys in the cell's metadata.
func (c *Cell) RemoveMetadata(path ...string) {
	if _, ok := c.Metadata(path...); ok {
		c.laid = nil
		removePath(c.object, c.nb.style, cellDepth, append([]string{"metadata"}, path...))
	}
}

func removePath(o *object, s style, depth int, path []string) {
	if len(path) == 1 {
		o.remove(path[0])
		return
	}
	raw, _ := o.get(path[0])
	inner, ok := parseObject(raw)
	if !ok {
		return
	}
	removePath(inner, s, depth+1, path[1:])
	o.set(path[0], s.object(inner, depth+1))
}
