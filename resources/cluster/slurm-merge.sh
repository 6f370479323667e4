#!/bin/bash
# Brings the shards together: sbatch --dependency=afterok:ARRAY slurm-merge.sh PARTS INTO
#SBATCH --job-name=clipsam-merge
#SBATCH --cpus-per-task=1
#SBATCH --mem=4G
#SBATCH --requeue
set -u
parts=${1:?folder of the workspaces}
into=${2:?workspace that they come into}
srun ${CLIPSAM:-clipsam} merge "$parts"/* --into "$into"
code=$?
# 3: it came, but for the conflicts that were listed: done again, it would be the same.
[ "$code" -eq 3 ] && exit 0
exit "$code"
