// Package plots draws charts that are values: fill in a struct, ask it for SVG, PNG, HTML or text.
package plots
