namespace BiGS.Training.Corpora;

/// <summary>
/// Ground truth: a verb form that tells its subject's number, and the noun that sets it. Indices are into the sentence's Words.
/// </summary>
/// <param name="VerbIndex">The agreeing verb: sings or sing, is or are, was or were, has or have, does or do.</param>
/// <param name="NounIndex">The head of its subject: noun, name or pronoun; of a coordination ("the cook and the guests") the last.</param>
/// <param name="Number">The subject's number; a coordination is plural.</param>
/// <param name="Verb">The word at VerbIndex.</param>
/// <param name="OtherForm">The same verb and tense in the other number, which would be wrong here.</param>
/// <param name="Attractors">Nouns and names of the other number between head and verb; 0 where the verb comes first.</param>
/// <param name="Distance">Words between the two.</param>
/// <param name="Coordinated">The subject is a coordination, so the noun alone does not tell the number.</param>
internal sealed record Agreement(
    int VerbIndex, int NounIndex, GrammaticalNumber Number, string Verb, string OtherForm, int Attractors, int Distance, bool Coordinated);

/// <summary>Ground truth: a reflexive pronoun and the word that it takes up. Indices are into the sentence's Words.</summary>
/// <param name="ReflexiveIndex">himself, herself or themselves.</param>
/// <param name="AntecedentIndex">The head of the subject of the same clause; of a coordination the last.</param>
/// <param name="Number">The antecedent's number.</param>
/// <param name="Gender">The antecedent's gender; null in the plural, which does not tell it.</param>
/// <param name="Attractors">Nouns and names of the other number between the two.</param>
internal sealed record Reflexive(int ReflexiveIndex, int AntecedentIndex, GrammaticalNumber Number, Gender? Gender, int Attractors);
