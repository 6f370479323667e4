#!/bin/bash
# One task per shard: sbatch --array=1-16 slurm-shards.sh INPUT PARTS [options of clipsam inspect]
#SBATCH --job-name=clipsam-shards
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --requeue
#SBATCH --signal=TERM@60
set -u
input=${1:?folder of images}
parts=${2:?folder of the workspaces}
shift 2
# Shards are counted from 1, whatever the array's first index is.
shard=$((SLURM_ARRAY_TASK_ID - SLURM_ARRAY_TASK_MIN + 1))
count=$SLURM_ARRAY_TASK_COUNT
if [ "$((SLURM_ARRAY_TASK_MAX - SLURM_ARRAY_TASK_MIN + 1))" -ne "$count" ]; then
  echo "The array has gaps: give all of it, such as --array=1-$count." >&2
  exit 2
fi
srun ${CLIPSAM:-clipsam} inspect "$input" --shard "$shard/$count" --workspace "$parts/$shard" \
  --threads "${SLURM_CPUS_PER_TASK:-1}" --device cpu "$@"
code=$?
# 3: some images failed, and the rest was done.
[ "$code" -eq 3 ] && exit 0
exit "$code"
