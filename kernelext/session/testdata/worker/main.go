// Command worker is what the tests of package session start: it counts, slowly if asked.
package main

import (
	"context"
	"log"
	"os"
	"time"

	"gopets/kernelext/session"
	"gopets/kernelext/session/serve"
)

func main() {
	count := 0
	err := serve.Serve(os.Args[2:], func(ctx context.Context, c *session.Call) (any, error) {
		var r struct{ To int }
		if err := c.Decode(&r); err != nil {
			return nil, err
		}
		switch c.Method {
		case "ping":
			return map[string]int{"pid": os.Getpid()}, nil
		case "count":
			for range r.To {
				if ctx.Err() != nil {
					return nil, &session.Error{Code: session.CodeCancelled,
						Message: "cancelled, count kept"}
				}
				count++
				c.Send("progress", count)
				time.Sleep(10 * time.Millisecond)
			}
			return count, nil
		case "hang":
			select {}
		case "panic":
			panic("as asked")
		}
		return nil, &session.Error{Code: session.CodeUnknown, Message: "no method " + c.Method}
	})
	if err != nil {
		log.Fatal(err)
	}
}
