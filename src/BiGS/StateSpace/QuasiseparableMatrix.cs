namespace BiGS.StateSpace;

/// <summary>
/// A state-space model that the text itself sets at every position t, of one head and direction: one decay for all N states, a_t = exp(−Δ_t e^A), and Δ_t,
/// B_t, C_t from the word at t.
/// <code>
/// h_t = a_t h_{t−1} + Δ_t B_t x_t      y_t = C_t · h_t
/// </code>
/// </summary>
/// <param name="LogDecay">log a: (L). Products of decays are sums of logarithms.</param>
/// <param name="Delta">Δ: (L).</param>
/// <param name="B">What a word writes into the state: (L, N).</param>
/// <param name="C">What a word reads of the state: (L, N).</param>
/// <remarks>Dao, Gu: Transformers are SSMs, arXiv 2405.21060.</remarks>
internal sealed record SelectiveStateSpaceModel(double[] LogDecay, double[] Delta, double[][] B, double[][] C)
{
    /// <summary>How much a word at s adds to what is read at t: C_t · B_s Δ_s times the decays of the positions on the way, both ends of which are the caller's.</summary>
    public double Weight(int t, int s, IEnumerable<int> between) => Delta[s] * Math.Exp(between.Sum(position => LogDecay[position])) * C[t].Zip(B[s], (c, b) => c * b).Sum();
}

/// <summary>
/// What one head of a Hydra mixer does to a sequence of L positions: y = M x. A forward model fills M below the diagonal and a backward model above it, each
/// shifted by one position, so that neither touches the diagonal, which is D_t by itself:
/// <code>
/// M_ts = C_{t−1} · B_s Δ_s a_{s+1} ⋯ a_{t−1}    s &lt; t, of the forward model
/// M_tt = D_t
/// M_ts = C_{t+1} · B_s Δ_s a_{t+1} ⋯ a_{s−1}    s &gt; t, of the backward model
/// </code>
/// Every block of M that lies wholly on one side of the diagonal has rank N or less (M is quasiseparable), which is why <see cref="Multiply"/> is linear in L.
/// <para>This is the double-precision reference: the forms that train and answer are tested against it.</para>
/// </summary>
/// <param name="forward">Reads from left to right.</param>
/// <param name="backward">Reads from right to left.</param>
/// <param name="diagonal">D: (L).</param>
/// <remarks>Hwang, Lahoti, Dao, Gu: Hydra: Bidirectional State Space Models Through Generalized Matrix Mixers, arXiv 2407.09941.</remarks>
internal sealed class QuasiseparableMatrix(SelectiveStateSpaceModel forward, SelectiveStateSpaceModel backward, double[] diagonal)
{
    /// <summary>M_ts, as the definition says it.</summary>
    public double this[int t, int s] =>
        s == t ? diagonal[t]
        : s < t ? forward.Weight(t - 1, s, Enumerable.Range(s + 1, t - s - 1))
        : backward.Weight(t + 1, s, Enumerable.Range(t + 1, s - t - 1));

    /// <summary>M: (L, L).</summary>
    public double[,] ToArray()
    {
        int L = diagonal.Length;
        double[,] M = new double[L, L];
        for (int t = 0; t < L; t++)
        {
            for (int s = 0; s < L; s++)
            {
                M[t, s] = this[t, s];
            }
        }

        return M;
    }

    /// <summary>M x by the recurrences of both models, without M.</summary>
    /// <param name="x">(L).</param>
    public double[] Multiply(ReadOnlySpan<double> x)
    {
        int L = diagonal.Length;
        double[] y = new double[L];
        double[] state = new double[forward.B[0].Length];
        for (int t = 0; t < L; t++)
        {
            y[t] += diagonal[t] * x[t];
            double read = Step(forward, state, t, x[t]);
            if (t + 1 < L)
            {
                y[t + 1] += read;
            }
        }

        Array.Clear(state);
        for (int t = L - 1; t > 0; t--)
        {
            y[t - 1] += Step(backward, state, t, x[t]);
        }

        return y;
    }

    /// <summary>Takes x_t into the state, and reads it.</summary>
    private static double Step(SelectiveStateSpaceModel model, double[] state, int t, double x)
    {
        double decay = Math.Exp(model.LogDecay[t]);
        double read = 0;
        for (int n = 0; n < state.Length; n++)
        {
            state[n] = (decay * state[n]) + (model.Delta[t] * model.B[t][n] * x);
            read += model.C[t][n] * state[n];
        }

        return read;
    }
}
