#!/usr/bin/env bash
# How models/english-embed was made: an embedding model without attention that learns the vectors of one with it.
#
#   runs/english-embed.sh DATA TEACHER OUT
#
# DATA holds the data sets that docs/results/embeddings.md names, TEACHER is a folder of all-MiniLM-L6-v2, OUT takes texts, run and model.

set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
data=$1 teacher=$2 out=$3
bigs=${BIGS:-./bigs}

dotnet run runs/embedding-texts.cs -- "$data" "$out/texts"
"$bigs" distill --teacher "$teacher" --teacher-precision int8 \
  --corpus "$data/corpus/wiki_en.train.txt.gz,$data/corpus/wiki_simple.train.txt.gz,$data/corpus/books.train.txt.gz,$out/texts/sentences.jsonl,$out/texts/questions.jsonl,$out/texts/passages.jsonl" \
  --weights 32,32,10,19,6,1 --exclude "$out/texts/evaluation.jsonl" \
  --texts 98000 --word-epochs 4 --steps 900 --warmup-steps 90 --learning-rate 0.0004 \
  --eval-every 150 --milestones 150,300,600 --out "$out/run"
"$bigs" convert --model "$out/run" --to safetensors-bf16 --out "$out/english-embed"
