#!/usr/bin/env bash
# The model that ships, trained again with Muon and falling masks: some nine minutes on one H200, at the 780,000 tokens/s that docs/results/model.md measured
# there, and three to evaluate it.
#
#   runs/english.sh DATA OUT
#
# DATA holds the data sets that docs/results/model.md names. To see it run to its end in minutes on any machine, as a test of the script:
#   PRESET=tiny STEPS=4 ROWS=4 QUESTIONS=20 runs/english.sh DATA OUT

set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
data=$1 out=$2
bigs=${BIGS:-./bigs}
questions=${QUESTIONS:-3000}

"$bigs" pretrain --preset "${PRESET:-medium}" --tokenizer models/english --max-length 128 \
  --corpus "$data/corpus/wiki_simple.train.txt.gz,$data/corpus/wiki_en.train.txt.gz,$data/corpus/books.train.txt.gz" \
  --validation "$data/corpus/wiki_simple.test.txt.gz" \
  --optimizer muon --learning-rate 0.003 --schedule linear --mask-rate 0.45 --final-mask-rate 0.15 \
  --batch-size "${ROWS:-512}" --steps "${STEPS:-4600}" --warmup-steps "$((${STEPS:-4600} / 16))" --eval-every "${STEPS:-4600}" --out "$out/run"
"$bigs" convert --model "$out/run" --to safetensors-bf16 --out "$out/english"
for set in wiki_simple wiki_en; do
  "$bigs" evaluate --task mlm --data "$data/corpus/$set.test.txt.gz" --model "$out/english" --json
done
"$bigs" evaluate --task blimp --data "$data/blimp/blimp.jsonl.gz" --limit "$questions" --model "$out/english" --json
"$bigs" evaluate --task agreement --data "$data/agreement/linzen_gulordava_subset.tsv.gz" --limit "$questions" --model "$out/english" --json
