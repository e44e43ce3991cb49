package lxd

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// NetworkAclRuleInput is a rule of an ACL. What is nil fits everything.
type NetworkAclRuleInput struct { //nolint:staticcheck // the GraphQL type's name
	Action          NetworkAclAction
	Source          *string
	Destination     *string
	Protocol        *NetworkAclProtocol
	SourcePort      *string
	DestinationPort *string
	ICMPType        *int
	ICMPCode        *int
	Description     *string
	State           *NetworkAclRuleState
}

// NetworkAclProtocol is a protocol that a rule can be about.
type NetworkAclProtocol string //nolint:staticcheck // the GraphQL type's name

// NetworkAclRuleState is whether a rule holds, and writes what it fits.
type NetworkAclRuleState string //nolint:staticcheck // the GraphQL type's name

// wireRule is a rule as LXD reads it.
type wireRule struct {
	Action          string `json:"action"`
	Source          string `json:"source,omitempty"`
	Destination     string `json:"destination,omitempty"`
	Protocol        string `json:"protocol,omitempty"`
	SourcePort      string `json:"source_port,omitempty"`
	DestinationPort string `json:"destination_port,omitempty"`
	ICMPType        string `json:"icmp_type,omitempty"`
	ICMPCode        string `json:"icmp_code,omitempty"`
	Description     string `json:"description,omitempty"`
	State           string `json:"state"`
}

func aclRules(at string, inputs []*NetworkAclRuleInput) ([]*wireRule, error) {
	rules := make([]*wireRule, len(inputs))
	for n, input := range inputs {
		rule, err := input.wire(fmt.Sprintf("%s.%d.", at, n))
		if err != nil {
			return nil, err
		}
		rules[n] = rule
	}
	return rules, nil
}

func (i *NetworkAclRuleInput) wire(at string) (*wireRule, error) {
	if i.Action == "UNKNOWN" {
		return nil, &InputError{at + "action", "a rule's action is ALLOW, ALLOW_STATELESS, REJECT or DROP"}
	}
	rule := &wireRule{
		Action: strings.ReplaceAll(strings.ToLower(string(i.Action)), "_", "-"), State: "enabled",
		Source: value(i.Source), Destination: value(i.Destination), Protocol: strings.ToLower(string(value(i.Protocol))),
		SourcePort: value(i.SourcePort), DestinationPort: value(i.DestinationPort), Description: value(i.Description),
	}
	if i.State != nil {
		rule.State = strings.ToLower(string(*i.State))
	}
	for _, port := range []struct{ name, text string }{{"sourcePort", rule.SourcePort}, {"destinationPort", rule.DestinationPort}} {
		if port.text == "" {
			continue
		}
		if err := checkPorts(at+port.name, port.text); err != nil {
			return nil, err
		}
	}
	for _, icmp := range []struct {
		name   string
		number *int
		into   *string
	}{{"icmpType", i.ICMPType, &rule.ICMPType}, {"icmpCode", i.ICMPCode, &rule.ICMPCode}} {
		if icmp.number == nil {
			continue
		}
		if *icmp.number < 0 || *icmp.number > 255 {
			return nil, &InputError{at + icmp.name, icmp.name + " is 0 to 255"}
		}
		*icmp.into = strconv.Itoa(*icmp.number)
	}
	return rule, nil
}

// badRule is what LXD of 5.0.2 says of a rule, with status 500.
var badRule = regexp.MustCompile(`(?:Invalid|Duplicate of) (ingress|egress) rule (\d+)`)

// refusedRules gives the type to what LXD says of a rule.
func refusedRules(err error) error {
	var refused *Error
	if !errors.As(err, &refused) {
		return err
	}
	if match := badRule.FindStringSubmatch(refused.Message); match != nil {
		return &InputError{"input." + match[1] + "." + match[2], refused.Message}
	}
	return err
}
