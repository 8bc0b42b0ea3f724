// Posts with net/http; MODE=stream sends a body of unknown length, in chunks.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func main() {
	var body io.Reader = strings.NewReader(os.Args[2])
	if os.Getenv("MODE") == "stream" {
		body = io.MultiReader(body)
	}
	request, _ := http.NewRequest("POST", os.Args[1], body)
	request.Header.Set("Authorization", os.Args[3])
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", os.Args[4])
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	fmt.Println(response.StatusCode)
}
