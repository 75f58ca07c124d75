#!/usr/bin/env bash
#SBATCH --job-name=fleetplan
#SBATCH --array=0-3
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=2G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=fleetplan-%A_%a.log
#SBATCH --signal=B:USR1@300
#
# One task of the array plans one part of the problems. All tasks write into one folder on a file system that they share.
#
#   sbatch --export=ALL,PROBLEMS=/shared/problems,OUT=/shared/out examples/cluster/slurm-array.sh
#
# PROBLEMS  folder, pattern or manifest of problems
# OUT       output folder, the same for all tasks
# FLEETPLAN the program (default: fleetplan, in PATH)
# OPTIONS   further options of `fleetplan batch`, for example "--time-limit 60 --no-reports"
set -u
: "${PROBLEMS:?set PROBLEMS to the folder, pattern or manifest of problems}"
: "${OUT:?set OUT to the output folder}"

# SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT, which Slurm sets, tell the program its part.
# shellcheck disable=SC2086 # OPTIONS holds several words
"${FLEETPLAN:-fleetplan}" batch run "$PROBLEMS" --output "$OUT" --jobs "${SLURM_CPUS_PER_TASK:-1}" ${OPTIONS:-} &
runner=$!

# scancel, requeueing and preemption send SIGTERM to all processes of the task: the problems that are being solved are ended, the
# rest stays queued. SIGUSR1 comes to this script alone, five minutes before the time limit; it is passed on as SIGTERM, and then
# the task goes back into Slurm's queue.
again=no
trap : TERM INT
trap 'again=yes; kill -TERM "$runner"' USR1

# A signal ends `wait` early; what it says after the end of the program counts.
while kill -0 "$runner" 2> /dev/null; do wait "$runner"; done
wait "$runner"
status=$?

# 7: jobs are left.
if [ "$again" = yes ] && [ "$status" = 7 ]; then
  scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
fi
exit "$status"
