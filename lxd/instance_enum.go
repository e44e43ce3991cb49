package lxd

import (
	"encoding/json"
	"strings"
)

// InstanceStatus is what an instance is doing.
type InstanceStatus string

// The statuses of an instance.
const (
	StatusRunning  InstanceStatus = "RUNNING"
	StatusStopped  InstanceStatus = "STOPPED"
	StatusFrozen   InstanceStatus = "FROZEN"
	StatusStarting InstanceStatus = "STARTING"
	StatusStopping InstanceStatus = "STOPPING"
	StatusFreezing InstanceStatus = "FREEZING"
	StatusError    InstanceStatus = "ERROR"
	StatusUnknown  InstanceStatus = "UNKNOWN"
)

// UnmarshalJSON reads LXD's word. "Ready" is a running instance that has said so itself.
func (s *InstanceStatus) UnmarshalJSON(data []byte) error {
	var word string
	if err := json.Unmarshal(data, &word); err != nil {
		return err
	}
	*s = known(strings.ToUpper(word), StatusRunning, StatusStopped, StatusFrozen, StatusStarting, StatusStopping, StatusFreezing, StatusError)
	if word == "Ready" {
		*s = StatusRunning
	}
	return nil
}

// InstanceType is what an instance is.
type InstanceType string

// The types of an instance.
const (
	TypeContainer      InstanceType = "CONTAINER"
	TypeVirtualMachine InstanceType = "VIRTUAL_MACHINE"
	TypeUnknown        InstanceType = "UNKNOWN"
)

// UnmarshalJSON reads LXD's word.
func (t *InstanceType) UnmarshalJSON(data []byte) error {
	var word string
	if err := json.Unmarshal(data, &word); err != nil {
		return err
	}
	*t = known(strings.ToUpper(strings.ReplaceAll(word, "-", "_")), TypeContainer, TypeVirtualMachine)
	return nil
}

// word is what LXD calls the type; "" for none.
func (t InstanceType) word() string {
	return strings.ToLower(strings.ReplaceAll(string(t), "_", "-"))
}

// InstanceAction is what can be done to an instance.
type InstanceAction = Action

// The actions.
const (
	ActionStart    InstanceAction = "START"
	ActionStop     InstanceAction = "STOP"
	ActionRestart  InstanceAction = "RESTART"
	ActionFreeze   InstanceAction = "FREEZE"
	ActionUnfreeze InstanceAction = "UNFREEZE"
	ActionDelete   InstanceAction = "DELETE"
)

// fitting are the actions that a status allows. LXD accepts the others with
// 202 and lets the operation fail; a frozen instance it restarts only by force
// (seen on 5.0.2).
var fitting = map[InstanceStatus][]InstanceAction{
	StatusStopped: {ActionStart, ActionDelete},
	StatusRunning: {ActionStop, ActionRestart, ActionFreeze},
	StatusFrozen:  {ActionStop, ActionUnfreeze},
	StatusError:   {ActionStop, ActionDelete},
}

// AvailableActions are the actions that the instance's status allows, for a
// caller who may change it; none for others.
func (i *Instance) AvailableActions(as Scope) []InstanceAction {
	if !as.Allows(i.Project, true) {
		return []InstanceAction{}
	}
	fitting := fitting[i.Status]
	actions := make([]InstanceAction, 0, len(fitting))
	for _, action := range fitting {
		if action != ActionDelete || !isTrue(i.ExpandedConfig.Get("security.protection.delete")) {
			actions = append(actions, action)
		}
	}
	return actions
}
