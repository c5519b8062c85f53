using BiGS.Tokenizers;
using static TorchSharp.torch;

namespace BiGS.Training.Distillation;

/// <summary>
/// What a fresh student starts from: the vector of every word of its vocabulary is what the teacher says of that word alone, in as many dimensions as the
/// student has (Tulkens and van Dongen 2024 search by such vectors as they are), and each block starts as the identity.
/// </summary>
internal static class StartingVectors
{
    private const string Continuation = "##";

    /// <summary>The word pieces of a vocabulary as texts.</summary>
    public static IReadOnlyList<string> Words(WordPieceVocabulary vocabulary) =>
        [.. vocabulary.Tokens.Select(token => token.StartsWith(Continuation, StringComparison.Ordinal) ? token[Continuation.Length..] : token)];

    /// <summary>Sets word vectors and projection, so that a word's vector projected is the teacher's, as far as the width allows.</summary>
    /// <param name="student">Freshly initialised.</param>
    /// <param name="vocabulary">Its words.</param>
    /// <param name="teacher">What the teacher says of <see cref="Words"/>.</param>
    /// <remarks>
    /// V (v, k) holds the teacher's vectors, P (k, w) their first w principal directions (the identity where nothing is narrower than they are): words get
    /// V P, and the projection is P/√e, since the embeddings' LayerNorm over e numbers gives each word the length √e. What is wider than w gets zeros.
    /// </remarks>
    public static void Apply(StudentModel student, WordPieceVocabulary vocabulary, TeacherVectors teacher)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        (int e, int d, int k) = (student.Config.EmbeddingWidth(), student.Config.HiddenSize, teacher.Dimensions);
        int w = Math.Min(Math.Min(e, d), k);
        Tensor vectors = tensor(teacher.Floats([.. Enumerable.Range(0, vocabulary.Tokens.Count)]), [vocabulary.Tokens.Count, k]); // V
        Tensor directions = w < k ? linalg.svd(vectors, fullMatrices: false).Vh.narrow(0, 0, w).t() : eye(k); // P
        Tensor table = student.Bigs.Embeddings.WordTable;
        Tensor words = zeros_like(table);
        words.narrow(1, 0, w).copy_(vectors.matmul(directions));
        foreach (int special in (int[])[vocabulary.PadId, vocabulary.UnknownId, vocabulary.ClassificationId, vocabulary.SeparatorId, vocabulary.MaskId])
        {
            words.select(0, special).copy_(table.select(0, special)); // they say nothing by themselves
        }

        table.copy_(words);
        student.Bigs.get_parameter("embeddings_project.weight")?.copy_(eye(d, e));
        student.Projection.zero_().narrow(1, 0, w).copy_(directions / Math.Sqrt(e));
        student.Bigs.Embeddings.get_parameter("token_type_embeddings.weight")?.zero_();
    }
}
