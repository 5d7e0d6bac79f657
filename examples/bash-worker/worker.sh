#!/usr/bin/env bash
# A Powernode worker in bash, curl, openssl and awk: one slot, one command for every job. It keeps to docs/protocol.md.
# The command gets the job's name as $1 and its payload (JSON) on stdin. Exit 0: completed, what it printed is the
# output; 75: given back without burning an attempt; anything else: failed, what it printed to stderr is the error.
set -u
: "${WORKER_SERVICE_TOKEN:?the secret shared with the api}" "${WORKER_COMMAND:?the command that runs a job}"
api=${BACKEND_API_URL:-http://127.0.0.1:3000}/api/v1 id=${WORKER_ID:-bash-$HOSTNAME-$$} dir=$(mktemp -d)
queues="[\"${WORKER_QUEUES:-file_processing}\"]" queues=${queues//,/\",\"} beats=''

sha256() { openssl dgst -sha256 -binary; }
hexadecimal() { od -An -v -tx1 | tr -d ' \n'; }
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
hmac() { # HMAC-SHA256 of stdin, by hand: among openssl's arguments the secret would show in the list of processes
  local key i inner='' outer=''
  key=$(printf %s "$WORKER_SERVICE_TOKEN" | hexadecimal)
  ((${#key} <= 128)) || key=$(printf %s "$WORKER_SERVICE_TOKEN" | sha256 | hexadecimal)
  for ((i = 0; i < 128; i += 2)); do
    printf -v inner '%s\\x%02x' "$inner" $((16#0${key:i:2} ^ 0x36))
    printf -v outer '%s\\x%02x' "$outer" $((16#0${key:i:2} ^ 0x5c))
  done
  (printf %b "$outer" && (printf %b "$inner" && cat) | sha256) | sha256
}
token() { # an HS256 JWT that lives for 300 s
  local now head claims='"iss":"powernode-platform","aud":"powernode-api"'
  now=$(date +%s) head=$(printf '{"alg":"HS256","typ":"JWT"}' | base64url)
  head+=.$(printf '{"type":"worker","sub":"%s",%s,"iat":%d,"exp":%d}' "$id" "$claims" "$now" $((now + 300)) | base64url)
  printf '%s.%s' "$head" "$(printf %s "$head" | hmac | base64url)"
}
call() { # call FILE METHOD PATH BODY [SECONDS]: prints the status (000: no answer) and leaves the answer in FILE
  curl -sS -o "$1" -w '%{http_code}' -m "${5:-10}" -X "$2" "$api$3" -H 'Content-Type: application/json' \
    -H @<(printf 'Authorization: Bearer %s' "$(token)") --data-binary @- <<<"$4" 2>>"$dir/curl.log"
}
json() { # json PATH <FILE: the raw JSON at a path such as .data.jobs.0.lease, strings without their quotes
  LC_ALL=C awk -v want="$1" -f "${BASH_SOURCE[0]%/*}/json.awk"
}
quote() { # stdin as a JSON string, at most 10,000 bytes of it
  printf '"%s"' "$(head -c 10000 | iconv -c -f UTF-8 -t UTF-8 | tr -d '\000-\010\013-\037' |
    sed 's/[\\"]/\\&/g; s/\t/\\t/g' | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }')"
}
register() {
  local about="\"hostname\":\"$HOSTNAME\",\"pid\":$$,\"version\":\"1.0.0\",\"protocol\":1,\"concurrency\":1"
  [[ $(call "$dir/registered" POST /workers/register "{$about,\"queues\":$queues}") == 201 ]]
}
beat() { # names the running job and hears directives; a job that was lost or cancelled is stopped
  local job='' status=idle answer=$dir/beat.$BASHPID
  [[ ! -s $dir/running ]] || { job=$(<"$dir/running") status=busy; }
  [[ ! -e $dir/draining ]] || status=draining
  case $(call "$answer" POST "/workers/$id/heartbeat" "{\"status\":\"$status\",\"running\":[$job]}") in
    200) case $(json .data.directive <"$answer") in drain) touch "$dir/draining" ;; stop) touch "$dir/draining" "$dir/leaving" ;; esac
      [[ $(json .data.lost <"$answer")$(json .data.cancelled <"$answer") == '[][]' ]] || touch "$dir/stopped" ;;
    404) [[ -e $dir/draining ]] || register ;;
  esac
}
settle() { # settle VERB JOB BODY: goes on until the answer is definite; settling twice is harmless
  local status=unwanted
  until [[ -e $dir/stopped || $status == [234]* ]]; do
    status=$(call "$dir/settled" POST "/workers/$id/$1/$2" "$3") && [[ $status != [05]* ]] || sleep 1
  done
  echo "$2: $1 $status"
}
run() { # runs the job in $dir/claimed
  local job lease child code=0
  job=$(json .data.jobs.0.id <"$dir/claimed") lease=$(json .data.jobs.0.lease <"$dir/claimed")
  rm -f "$dir/stopped" && echo "{\"jobId\":\"$job\",\"lease\":\"$lease\"}" >"$dir/running" && beat # confirms the claim
  json .data.jobs.0.payload <"$dir/claimed" >"$dir/payload"
  "$WORKER_COMMAND" "$(json .data.jobs.0.name <"$dir/claimed")" <"$dir/payload" >"$dir/out" 2>"$dir/err" & child=$!
  while kill -0 $child 2>/dev/null; do [[ ! -e $dir/stopped && ! -e $dir/leaving ]] || kill $child; sleep 0.1; done
  wait $child || code=$?; lease="\"lease\":\"$lease\""
  [[ $code != 143 || ! -e $dir/leaving ]] || code=75
  case $code in
    0) settle complete "$job" "{$lease,\"output\":{\"stdout\":$(quote <"$dir/out")}}" ;;
    75) settle release "$job" "{$lease,\"reason\":\"the command gave it back\"}" ;;
    *) settle fail "$job" "{$lease,\"error\":{\"message\":$(quote <"$dir/err"),\"code\":\"exit_$code\"}}" ;;
  esac
  : >"$dir/running"
}
on_signal() { # the first one drains, which also ends a parked claim; the second one gives the running job back
  [[ $BASHPID == $$ ]] || exit 143 # a command that is stopped before it has begun is still a copy of this shell
  [[ ! -e $dir/draining ]] || touch "$dir/leaving"
  touch "$dir/draining" && call "$dir/drained" POST "/workers/$id/drain" '{}' >/dev/null
}

on_exit() { [[ $BASHPID != $$ ]] || { [[ -z $beats ]] || kill $beats; rm -rf "$dir"; }; }
trap on_exit EXIT
until register; do echo "not registered: $(cat "$dir/curl.log" "$dir/registered" 2>&1)" >&2; sleep 2; done
trap on_signal TERM INT
(while :; do beat; sleep "$(json .data.intervals.heartbeatSeconds <"$dir/registered")"; done) >/dev/null 2>&1 &
beats=$! wait_seconds=$(json .data.intervals.claimWaitSeconds <"$dir/registered")
while [[ ! -e $dir/draining ]]; do
  wish="{\"queues\":$queues,\"waitSeconds\":$wait_seconds}"
  call "$dir/claimed" POST "/workers/$id/claim" "$wish" $((wait_seconds + 10)) >"$dir/status" & parked=$!
  while kill -0 $parked 2>/dev/null; do wait $parked; done
  case $(<"$dir/status") in 200) run ;; 204) ;; 404) beat ;; *) sleep 1 ;; esac
done
call "$dir/left" DELETE "/workers/$id" '{}' >/dev/null
