package cellio

import (
	"encoding/base64"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/janpfeifer/gonb/gonbui/protocol"

	"gopets/kernelext/eval"
)

// Data converts a record's pairs of MIME type and data to a message's form.
func Data(pairs []string) eval.Bundle {
	data := eval.Bundle{}
	for i := 0; i+1 < len(pairs); i += 2 {
		data[pairs[i]] = form(pairs[i], pairs[i+1])
	}
	return data
}

func form(mime string, data string) any {
	switch {
	case mime == "application/json" || strings.HasSuffix(mime, "+json"):
		if json.Valid([]byte(data)) {
			return json.RawMessage(data)
		}
		return data
	case strings.HasPrefix(mime, "text/") || strings.HasSuffix(mime, "+xml") ||
		mime == "application/javascript":
		return strings.ToValidUTF8(data, "\uFFFD")
	}
	return base64.StdEncoding.EncodeToString([]byte(data))
}

func init() {
	// What gonbui may send as any; GoNB registers the same.
	gob.Register(map[string]any{})
	gob.Register([]string{})
	gob.Register([]any{})
}

// Rich converts what GoNB's package gonbui shows.
func Rich(d protocol.DisplayData) (data, metadata eval.Bundle) {
	data, metadata = eval.Bundle{}, eval.Bundle{}
	for mime, v := range d.Data {
		data[string(mime)] = v
	}
	for name, v := range d.Metadata {
		metadata[name] = v
	}
	if _, err := json.Marshal([]eval.Bundle{data, metadata}); err != nil {
		return eval.Bundle{"text/plain": fmt.Sprintf("cannot show this: %v", err)}, eval.Bundle{}
	}
	return data, metadata
}
