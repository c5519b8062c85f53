# What the recipes share; sourced, not run.
#
#   BIGS_CORPUS     the text, files or globs in one word (needed)
#   BIGS_TOKENIZER  a tokenizer's folder or name on the hub (default bert-large-uncased, the authors')
#   BIGS_OUT        where the runs go (default runs)
# and, to see a recipe run to its end in a minute on any machine: PRESET=tiny STEPS=2 STEP_TOKENS=4096

set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
: "${BIGS_CORPUS:?name the text: BIGS_CORPUS='texts/*.txt.gz' $0}"
bigs=${BIGS:-./bigs}
runs=${BIGS_OUT:-runs}
launch=() # several processes: mpirun and its options

# pretrain NAME LENGTH TOKENS [OPTION…]: a run of the paper's 97,280 tokens a step; the same again goes on where it stopped.
pretrain() {
  local out=$runs/$1 length=$2 tokens=$3
  shift 3
  if [[ -f $out/run.json ]]; then
    "${launch[@]}" "$bigs" pretrain --resume --out "$out"
    return
  fi
  local much=(--tokens "$tokens")
  [[ -z ${STEPS:-} ]] || much=(--steps "$STEPS")
  "${launch[@]}" "$bigs" pretrain --corpus "$BIGS_CORPUS" --max-length "$length" \
    --batch-size "$((${STEP_TOKENS:-97280} / length / ${accumulate:-1}))" --accumulate "${accumulate:-1}" "${much[@]}" --out "$out" "$@"
}
