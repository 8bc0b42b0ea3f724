// From a card to the first charge, with Go alone: go run charge.go
package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"
)

const secretKey = "test_sk_tossbillSandboxSecretKey00"

var toss = http.Client{Timeout: 65 * time.Second}

func post(path string, body any, idempotencyKey string, answer any) error {
	baseURL := os.Getenv("TOSS_BASE_URL")
	if baseURL == "" {
		baseURL = "http://localhost:4242"
	}
	content, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequest("POST", baseURL+"/v1/"+path, bytes.NewReader(content))
	if err != nil {
		return err
	}
	request.SetBasicAuth(secretKey, "")
	request.Header.Set("Content-Type", "application/json")
	if idempotencyKey != "" {
		request.Header.Set("Idempotency-Key", idempotencyKey)
	}
	response, err := toss.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		reason, _ := io.ReadAll(response.Body)
		return fmt.Errorf("%s: %s", response.Status, reason)
	}
	return json.NewDecoder(response.Body).Decode(answer)
}

func main() {
	card := map[string]any{
		"customerKey":            "customer_1",
		"cardNumber":             "9400006100001234",
		"cardExpirationYear":     "30",
		"cardExpirationMonth":    "12",
		"customerIdentityNumber": "900101",
	}
	var issued struct{ BillingKey string }
	if err := post("billing/authorizations/card", card, "", &issued); err != nil {
		log.Fatal(err)
	}

	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		log.Fatal(err)
	}
	orderID := fmt.Sprintf("%x", random)
	order := map[string]any{
		"customerKey": "customer_1",
		"amount":      4900,
		"orderId":     orderID,
		"orderName":   "Pro",
	}
	var payment struct{ Status string }
	if err := post("billing/"+issued.BillingKey, order, orderID, &payment); err != nil {
		log.Fatal(err)
	}
	fmt.Println(payment.Status)
}
