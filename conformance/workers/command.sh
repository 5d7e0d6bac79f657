#!/usr/bin/env bash
# The three jobs that a worker under test must know, for examples/bash-worker.
case $1 in
  conformance.complete) echo done ;;
  conformance.fail) echo 'on purpose' >&2; exit 1 ;;
  conformance.hold) exec sleep 300 ;;
esac
