package spec

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// OptionError reports an invalid option. [Message] spells the option for its reader.
type OptionError struct {
	Option string // name of the field
	Got    string // its value, or the error that it causes
	Want   string // what is allowed; may be empty
	Hint   string // what to do; {} stands for the option; may be empty
}

// Error spells the option as its field.
func (e *OptionError) Error() string { return e.text(e.Option) }

func (e *OptionError) text(option string) string {
	text := e.Got
	if e.Want != "" {
		text = fmt.Sprintf("%s is %s, want %s", option, e.Got, e.Want)
	}
	if e.Hint != "" {
		text += ": " + strings.ReplaceAll(e.Hint, "{}", option)
	}
	return text
}

// Message returns an error's text; spell returns the reader's name of the option.
func Message(err error, spell func(option string) string) string {
	e := new(OptionError)
	if !errors.As(err, &e) {
		return err.Error()
	}
	return strings.Replace(err.Error(), e.Error(), e.text(spell(e.Option)), 1)
}

// InCell returns the option of package pets that sets a field: pets.BatchSize.
func InCell(option string) string {
	for _, t := range []any{Data{}, Transforms{}, Learner{}, Fit{}, Find{}, Plot{}} {
		if f, ok := reflect.TypeOf(t).FieldByName(option); ok && f.Tag.Get("cell") != "-" {
			return "pets." + cmp.Or(f.Tag.Get("cell"), f.Name)
		}
	}
	return option
}
