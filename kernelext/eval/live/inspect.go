package live

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"gopets/kernelext/cellsrc"
	"gopets/kernelext/eval"
)

// Inspect implements [eval.Engine]: what a name is, its comment, a live variable's value.
func (e *Engine) Inspect(ctx context.Context, code string, cursor, detail int) (
	found eval.Inspection, err error) {
	defer e.catch(&err)
	at := byteOffset(code, cursor)
	if help := cellsrc.Parse(code).HelpAt(min(at, max(0, len(code)-1))); help != "" {
		return eval.Inspection{Data: eval.Bundle{"text/plain": help}}, nil
	}
	at, ok := cellsrc.NameAt(code, at)
	if !ok {
		return eval.Inspection{}, nil
	}
	k, file := e.sketch(ctx, code, "")
	if k == nil {
		return eval.Inspection{}, nil
	}
	line := 1 + strings.Count(code[:at], "\n")
	column := 1 + at - (strings.LastIndexByte(code[:at], '\n') + 1)
	var obj types.Object
	ast.Inspect(file, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && !strings.HasPrefix(id.Name, mark) {
			p := k.program.fset.Position(id.Pos())
			if p.Line == line && column >= p.Column && column <= p.Column+len(id.Name) {
				if found := k.info.ObjectOf(id); found != nil {
					obj = found
				}
			}
		}
		return true
	})
	if obj == nil {
		return eval.Inspection{}, nil
	}
	return eval.Inspection{Data: e.inspection(k, obj)}, nil
}

func (e *Engine) inspection(k *checked, obj types.Object) eval.Bundle {
	head := k.words(types.ObjectString(obj, k.qualify))
	if p, ok := obj.(*types.PkgName); ok {
		head = fmt.Sprintf("package %s // import %q", p.Imported().Name(), p.Imported().Path())
	}
	doc := k.comment(obj)
	if v := k.vars[obj.Name()]; v != nil && k.own(obj) {
		note := fmt.Sprintf("live since cell %d", v.cell)
		if v.lost != "" {
			note = fmt.Sprintf("no value: %s: run cell %d again", v.lost, v.cell)
		} else if d, ok := e.describe()[v.key]; ok {
			for _, part := range []string{plainNames(d.Dyn), d.Value} {
				if part != "" {
					note += ": " + part
				}
			}
			note += ", " + size(d)
		}
		doc = strings.TrimSpace(note + "\n\n" + doc)
	}
	plain, markdown := head, "```go\n"+head+"\n```"
	if doc != "" {
		plain, markdown = plain+"\n\n"+doc, markdown+"\n\n"+doc
	}
	return eval.Bundle{"text/plain": plain, "text/markdown": markdown}
}

func (k *checked) comment(obj types.Object) string {
	if k.own(obj) {
		if d, _ := k.table(); d[obj.Name()] != nil {
			return docOf(d[obj.Name()].node, obj.Name())
		}
		return ""
	}
	pkg := obj.Pkg()
	if p, ok := obj.(*types.PkgName); ok {
		pkg = p.Imported()
	}
	if pkg == nil || pkg == k.pkg {
		return ""
	}
	for _, file := range k.program.packages.source(pkg.Path()) {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil,
			parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		if _, ok := obj.(*types.PkgName); ok {
			if f.Doc != nil {
				return strings.TrimSpace(f.Doc.Text())
			}
			continue
		}
		for _, d := range f.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && (f.Name.Name != obj.Name() ||
				receiverOf(obj) != strings.TrimSuffix(funcName(f), f.Name.Name)) {
				continue
			}
			if text := docOf(d, obj.Name()); text != "" {
				return text
			}
		}
	}
	return ""
}

func receiverOf(obj types.Object) string {
	f, ok := obj.(*types.Func)
	if !ok || f.Signature().Recv() == nil {
		return ""
	}
	t := f.Signature().Recv().Type()
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	if n, ok := types.Unalias(t).(*types.Named); ok {
		return n.Obj().Name() + "~"
	}
	return ""
}

func docOf(d ast.Decl, name string) string {
	text := func(groups ...*ast.CommentGroup) string {
		for _, g := range groups {
			if t := strings.TrimSpace(g.Text()); t != "" {
				return t
			}
		}
		return ""
	}
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.Name == name {
			return text(d.Doc)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.Name == name {
					return text(s.Doc, d.Doc, s.Comment)
				}
			case *ast.ValueSpec:
				for _, id := range s.Names {
					if id.Name == name {
						return text(s.Doc, s.Comment, d.Doc)
					}
				}
			}
		}
	}
	return ""
}

func (p *packages) source(path string) (files []string) {
	k := p.get(path)
	for _, name := range slices.Concat(k.GoFiles, k.CgoFiles) {
		files = append(files, filepath.Join(k.Dir, name))
	}
	return files
}
