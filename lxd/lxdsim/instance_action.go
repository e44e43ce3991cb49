package lxdsim

import (
	"net/http"
	"time"
)

// actionVerbs are the words of the operations that change an instance's state.
var actionVerbs = map[string]string{
	"start": "Starting", "stop": "Stopping", "restart": "Restarting", "freeze": "Freezing", "unfreeze": "Unfreezing",
}

// putInstanceState answers at once; whether the action fits the state is found
// out by the operation, when its time has come.
func (s *Server) putInstanceState(r *request) (answer, error) {
	var body struct {
		Action string `json:"action"`
		Force  bool   `json:"force"`
	}
	if err := r.decode(&body); err != nil {
		return answer{}, err
	}
	i, err := s.findInstance(r)
	if err != nil {
		return answer{}, err
	}
	verb, known := actionVerbs[body.Action]
	if !known {
		return answer{}, failure(http.StatusBadRequest, "Unknown action: '%s'", body.Action)
	}
	at := key(i.Project, i.Name)
	return answer{operation: s.startOperation(operationPlan{
		project: i.Project, description: verb + " instance",
		resources: map[string][]string{"instances": {"/1.0/instances/" + i.Name}},
		steps:     []step{pause(), do(func() error { return s.changeState(at, body.Action, body.Force) })},
	})}, nil
}

func (s *Server) changeState(at, action string, force bool) error {
	i, found := s.instances.get(at)
	if !found {
		return failure(http.StatusNotFound, "Instance not found")
	}
	if err := i.refuses(action, force); err != nil {
		return err
	}
	changed := *i
	lifecycle := changed.apply(action, force)
	if changed.runs() && (action == "start" || action == "restart") {
		s.nextPID += 7
		changed.pid, changed.startedAt, changed.runningFor, changed.LastUsedAt = s.nextPID, time.Now(), 0, time.Now().UTC()
	}
	power := "RUNNING"
	if !changed.runs() {
		changed.pid, power = 0, "STOPPED"
	}
	changed.Config = merged(i.Config, map[string]string{"volatile.last_state.power": power})
	delete(changed.Config, "volatile.apply_template")
	s.putInstanceValue(&changed)
	s.publishLifecycle(i.Project, lifecycle, i.url(), nil, byCaller)
	if i.Ephemeral && !changed.runs() {
		s.dropInstance(&changed)
	}
	return nil
}

// refuses tells why an action does not fit the state, in LXD's words.
func (i *instance) refuses(action string, force bool) error {
	reason := ""
	switch {
	case action == "start" && i.runs():
		reason = "The instance is already running"
	case (action == "stop" || action == "restart") && !i.runs():
		reason = "The instance is already stopped"
	case action == "restart" && i.Status == "Frozen" && !force:
		reason = "Instance is not running"
	case (action == "freeze" || action == "unfreeze") && !i.runs():
		reason = "The container isn't running"
	case action == "freeze" && i.Status == "Frozen":
		reason = "The container is already frozen"
	case action == "unfreeze" && i.Status == "Running":
		reason = "The container is already running"
	default:
		return nil
	}
	return failed("%s", reason)
}

// apply sets the new status and returns the lifecycle action that tells of it.
func (i *instance) apply(action string, force bool) string {
	switch action {
	case "start":
		i.Status = "Running"
		return "instance-started"
	case "restart":
		i.Status = "Running"
		return "instance-restarted"
	case "freeze":
		i.Status = "Frozen"
		return "instance-paused"
	case "unfreeze":
		i.Status = "Running"
		return "instance-resumed"
	}
	i.Status = "Stopped"
	if force {
		return "instance-stopped"
	}
	return "instance-shutdown"
}
