using System.Text.Json.Nodes;
using BiGS.Configuration;
using CsCheck;

namespace BiGS.Tests.Weights;

public class ConfigFileTests
{
    private static readonly Gen<BiGSConfig> Sizes = Gen.Select(
        Gen.Int[10, 90_000], Gen.Int[1, 40], Gen.Int[1, 30], Gen.Int[1, 5000], Gen.Int[1, 5000], Gen.Int[0, 4], Gen.Int[0, 9],
        (words, heads, layers, inner, positions, types, pad) => new BiGSConfig
        {
            VocabSize = words,
            HiddenSize = heads * 12,
            EmbeddingSize = types == 0 ? null : types * 10,
            NumAttentionHeads = heads,
            NumSsmHeads = heads,
            NumHiddenLayers = layers,
            IntermediateSize = inner,
            MaxPositionEmbeddings = positions,
            TypeVocabSize = types,
            PadTokenId = pad,
            StateSize = inner,
            NumLabels = 1 + types + pad,
        });

    private static readonly Gen<BiGSConfig> Choices = Gen.Select(
        Gen.Enum<Architecture>(), Gen.Enum<Routing>(), Gen.Enum<Merge>(), Gen.Enum<Scaling>(), Gen.Enum<DiscretizationRule>(),
        Gen.Enum<LayerActivation>(), Gen.Select(Gen.Enum<PositionEmbedding>(), Gen.Enum<PoolerType>(), Gen.Bool, Gen.Bool, Gen.Enum<PoolerActivation>()),
        (architecture, routing, merge, scaling, discretization, act, others) => new BiGSConfig
        {
            Architecture = architecture,
            Routing = routing,
            Merge = merge,
            Scaling = scaling,
            Discretization = discretization,
            LayerAct = act,
            PositionEmbeddingType = others.Item1,
            PoolerType = others.Item2,
            PreNorm = others.Item3,
            MaskPadding = others.Item4,
            PoolerAct = others.Item5,
        });

    private static readonly Gen<BiGSConfig> Configs = Gen.Select(Sizes, Choices, Gen.Double[0, 0.99].Array[4], Gen.Double[0, 0.99].Nullable(),
        (sizes, choices, reals, classifier) => choices with
        {
            VocabSize = sizes.VocabSize,
            HiddenSize = sizes.HiddenSize,
            EmbeddingSize = sizes.EmbeddingSize,
            NumAttentionHeads = sizes.NumAttentionHeads,
            NumSsmHeads = sizes.NumSsmHeads,
            NumHiddenLayers = sizes.NumHiddenLayers,
            IntermediateSize = sizes.IntermediateSize,
            MaxPositionEmbeddings = sizes.MaxPositionEmbeddings,
            TypeVocabSize = sizes.TypeVocabSize,
            PadTokenId = sizes.PadTokenId,
            StateSize = sizes.StateSize,
            NumLabels = sizes.NumLabels,
            HiddenDropoutProb = reals[0],
            BlockDropoutProb = reals[1],
            AttentionProbsDropoutProb = reals[2],
            InitializerRange = reals[3],
            LayerNormEps = reals[3] / 1e9,
            ClassifierDropout = classifier,
        }).Where(config => config.Routing != Routing.Hydra || HydraShape.Of(config).HeadWidth > 0);

    [Fact]
    public void WhatIsWrittenIsReadBackWhoeverReads() => Gen.Select(Configs, Gen.Enum<ConfigOrigin>()).Sample((config, origin) =>
    {
        string json = new ConfigFile(config, "BiGSForTokenClassification", new Dictionary<string, JsonNode?>()).ToJson();
        ConfigFile read = ConfigFile.Parse(json, "config.json", origin);
        Assert.Equal(config, read.Config);
        Assert.Equal("BiGSForTokenClassification", read.Architecture);
        Assert.Equal(json, read.ToJson());
    });

    [Fact]
    public void EveryPropertyHasItsKey()
    {
        // A property that no key changes would be lost on saving.
        Assert.Equal(typeof(BiGSConfig).GetProperties().Length, ConfigKeys.Honoured.Count);
        JsonObject written = Written(new BiGSConfig());
        foreach (string key in ConfigKeys.Honoured.Keys)
        {
            Assert.True(written.ContainsKey(key), key);
        }
    }

    /// <summary>Each key's own effect: its property changes and no other does.</summary>
    [Theory]
    [InlineData("vocab_size", "77", nameof(BiGSConfig.VocabSize))]
    [InlineData("hidden_size", "64", nameof(BiGSConfig.HiddenSize))]
    [InlineData("embedding_size", "64", nameof(BiGSConfig.EmbeddingSize))]
    [InlineData("num_hidden_layers", "5", nameof(BiGSConfig.NumHiddenLayers))]
    [InlineData("intermediate_size", "99", nameof(BiGSConfig.IntermediateSize))]
    [InlineData("max_position_embeddings", "33", nameof(BiGSConfig.MaxPositionEmbeddings))]
    [InlineData("type_vocab_size", "3", nameof(BiGSConfig.TypeVocabSize))]
    [InlineData("pad_token_id", "6", nameof(BiGSConfig.PadTokenId))]
    [InlineData("architecture", "\"stack\"", nameof(BiGSConfig.Architecture))]
    [InlineData("routing", "\"attention\"", nameof(BiGSConfig.Routing))]
    [InlineData("merge", "\"concat\"", nameof(BiGSConfig.Merge))]
    [InlineData("merge", "\"add\"", nameof(BiGSConfig.Merge))]
    [InlineData("num_ssm", "16", nameof(BiGSConfig.StateSize))]
    [InlineData("num_ssm_heads", "8", nameof(BiGSConfig.NumSsmHeads))]
    [InlineData("scaling", "\"lin\"", nameof(BiGSConfig.Scaling))]
    [InlineData("scaling", "\"inv\"", nameof(BiGSConfig.Scaling))]
    [InlineData("discretization", "\"bilinear\"", nameof(BiGSConfig.Discretization))]
    [InlineData("num_attention_heads", "4", nameof(BiGSConfig.NumAttentionHeads))]
    [InlineData("pre_norm", "false", nameof(BiGSConfig.PreNorm))]
    [InlineData("layer_act", "\"gelu_tanh\"", nameof(BiGSConfig.LayerAct))]
    [InlineData("mask_padding", "false", nameof(BiGSConfig.MaskPadding))]
    [InlineData("position_embedding_type", "\"none\"", nameof(BiGSConfig.PositionEmbeddingType))]
    [InlineData("pooler_type", "\"mean\"", nameof(BiGSConfig.PoolerType))]
    [InlineData("pooler_type", "\"cls\"", nameof(BiGSConfig.PoolerType))]
    [InlineData("pooler_act", "\"relu\"", nameof(BiGSConfig.PoolerAct))]
    [InlineData("pooler_act", "\"gelu\"", nameof(BiGSConfig.PoolerAct))]
    [InlineData("hidden_dropout_prob", "0.25", nameof(BiGSConfig.HiddenDropoutProb))]
    [InlineData("classifier_dropout", "0.5", nameof(BiGSConfig.ClassifierDropout))]
    [InlineData("block_dropout_prob", "0.125", nameof(BiGSConfig.BlockDropoutProb))]
    [InlineData("attention_probs_dropout_prob", "0.2", nameof(BiGSConfig.AttentionProbsDropoutProb))]
    [InlineData("layer_norm_eps", "1e-5", nameof(BiGSConfig.LayerNormEps))]
    [InlineData("initializer_range", "0.01", nameof(BiGSConfig.InitializerRange))]
    [InlineData("num_labels", "9", nameof(BiGSConfig.NumLabels))]
    public void AKeyChangesItsProperty(string key, string value, string property)
    {
        BiGSConfig read = Parse($$"""{"{{key}}": {{value}}}""", ConfigOrigin.Native).Config;
        foreach (var candidate in typeof(BiGSConfig).GetProperties())
        {
            bool same = Equals(candidate.GetValue(read), candidate.GetValue(new BiGSConfig()));
            Assert.True(same != (candidate.Name == property), $"{key} = {value}: {candidate.Name} is {candidate.GetValue(read)}");
        }
    }

    [Fact]
    public void KeysWithoutEffectAreKeptAndWrittenBack()
    {
        const string Json = """
            {
              "model_type": "BiGS", "architectures": ["BiGSForMaskedLM"], "_name_or_path": "some/where", "transformers_version": "4.20.1",
              "torch_dtype": "float32", "use_cache": true, "decode": false, "use_pykeops_kernel": true, "hidden_act": "gelu",
              "id2label": {"0": "no", "1": "yes", "2": "maybe"}, "label2id": {"no": 0, "yes": 1, "maybe": 2}, "problem_type": null,
              "gradient_checkpointing": false, "vocab_size": 100
            }
            """;
        ConfigFile read = Parse(Json, ConfigOrigin.AuthorsPyTorch);
        JsonObject written = JsonNode.Parse(read.ToJson())!.AsObject();
        foreach ((string key, JsonNode? value) in JsonNode.Parse(Json)!.AsObject())
        {
            Assert.True(JsonNode.DeepEquals(value, written[key]), $"{key}: {written[key]?.ToJsonString()} where {value?.ToJsonString()} stood");
        }

        Assert.Equal(["no", "yes", "maybe"], read.Labels);
        Assert.Equal(3, read.Config.NumLabels);
        Assert.Equal(5, Parse("""{"id2label": {"0": "a"}, "num_labels": 5}""", ConfigOrigin.Native).Config.NumLabels);
    }

    [Theory]
    [InlineData("""{"flux_capacitor": 1.21}""", "\"flux_capacitor\": 1.21")]
    [InlineData("""{"decode": true}""", "\"decode\": true")]
    [InlineData("""{"is_decoder": true}""", "\"is_decoder\": true")]
    [InlineData("""{"hidden_act": "relu"}""", "\"hidden_act\": \"relu\"")]
    [InlineData("""{"tie_word_embeddings": false}""", "\"tie_word_embeddings\": false")]
    [InlineData("""{"model_type": "llama"}""", "\"model_type\": \"llama\"")]
    [InlineData("""{"problem_type": "multi_label_classification"}""", "multi_label_classification")]
    [InlineData("""{"merge": "divide"}""", "multiply, add, concat")]
    [InlineData("""{"layer_act": "gelu_new"}""", "gelu, gelu_tanh")]
    [InlineData("""{"hidden_size": "wide"}""", "\"hidden_size\"")]
    [InlineData("""{"hidden_size": 1.5}""", "\"hidden_size\"")]
    [InlineData("""{"hidden_size": null}""", "\"hidden_size\"")]
    [InlineData("""{"hidden_size": 0}""", "sizes must be positive")]
    [InlineData("""{"hidden_size": 100, "routing": "attention", "num_attention_heads": 7}""", "num_attention_heads 7")]
    [InlineData("""{"mask_padding": "yes"}""", "\"mask_padding\"")]
    [InlineData("""{"model_type": 5}""", "\"model_type\"")]
    [InlineData("""{"vocab_size": 7, "vocab_size": 8}""", "vocab_size")]
    [InlineData("""[]""", "JSON object")]
    [InlineData("""null""", "JSON object")]
    [InlineData("""{"vocab_size": """, "not JSON")]
    [InlineData("", "not JSON")]
    public void WhatIsNotUnderstoodIsRefusedByName(string json, string what)
    {
        string message = Assert.Throws<InvalidDataException>(() => Parse(json, ConfigOrigin.AuthorsPyTorch)).Message;
        Assert.StartsWith("somewhere/config.json: ", message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
    }

    /// <summary>Any key with any value is understood or refused; nothing else comes out.</summary>
    [Fact]
    public void NoValueOfAnyKeySurprises()
    {
        string[] keys = [.. ConfigKeys.Honoured.Keys, "model_type", "architectures", "id2label", "decode", "use_cache", "hidden_act", "something"];
        string[] values = ["null", "true", "3", "-3", "0.5", "1e300", "12345678901234567890", "\"gelu\"", "\"bert\"", "[]", "[7]", "[null]", "{}", "{\"a\": 1}"];
        foreach (string key in keys)
        {
            foreach (string value in values)
            {
                try
                {
                    ConfigFile read = Parse($$"""{"{{key}}": {{value}}}""", ConfigOrigin.AuthorsPyTorch);
                    Parse(read.ToJson(), ConfigOrigin.Native);
                }
                catch (InvalidDataException told)
                {
                    Assert.Contains("config.json", told.Message, StringComparison.Ordinal);
                }
            }
        }
    }

    [Fact]
    public void AbsentKeysMeanWhatTheirOriginDoes()
    {
        BiGSConfig ours = Parse("{}", ConfigOrigin.Native).Config;
        BiGSConfig pyTorch = Parse("{}", ConfigOrigin.AuthorsPyTorch).Config;
        BiGSConfig flax = Parse("{}", ConfigOrigin.AuthorsFlax).Config;
        Assert.Equal((true, LayerActivation.Gelu), (ours.MaskPadding, ours.LayerAct));
        Assert.Equal((false, LayerActivation.Gelu), (pyTorch.MaskPadding, pyTorch.LayerAct));
        Assert.Equal((false, LayerActivation.GeluTanh), (flax.MaskPadding, flax.LayerAct));
        foreach (ConfigOrigin origin in Enum.GetValues<ConfigOrigin>())
        {
            BiGSConfig said = Parse("""{"mask_padding": true, "layer_act": "gelu"}""", origin).Config;
            BiGSConfig saidOtherwise = Parse("""{"mask_padding": false, "layer_act": "gelu_tanh"}""", origin).Config;
            Assert.Equal((true, LayerActivation.Gelu), (said.MaskPadding, said.LayerAct));
            Assert.Equal((false, LayerActivation.GeluTanh), (saidOtherwise.MaskPadding, saidOtherwise.LayerAct));
        }
    }

    /// <summary>bert-base-uncased's own config.json.</summary>
    [Fact]
    public void BertsKeysOpenAsBert()
    {
        ConfigFile read = Parse(
            """
            {
              "architectures": ["BertForMaskedLM"], "attention_probs_dropout_prob": 0.15, "gradient_checkpointing": false, "hidden_act": "gelu",
              "hidden_dropout_prob": 0.05, "hidden_size": 768, "initializer_range": 0.02, "intermediate_size": 3072, "layer_norm_eps": 1e-12,
              "max_position_embeddings": 512, "model_type": "bert", "num_attention_heads": 12, "num_hidden_layers": 12, "pad_token_id": 0,
              "position_embedding_type": "absolute", "transformers_version": "4.6.0.dev0", "type_vocab_size": 2, "use_cache": true, "vocab_size": 30522
            }
            """,
            ConfigOrigin.AuthorsPyTorch);
        Assert.Equal("BiGSForMaskedLM", read.Architecture);
        Assert.Equal(
            new BiGSConfig
            {
                HiddenSize = 768,
                NumHiddenLayers = 12,
                IntermediateSize = 3072,
                NumAttentionHeads = 12,
                MaxPositionEmbeddings = 512,
                Architecture = Architecture.Stack,
                Routing = Routing.Attention,
                PreNorm = false,
                PoolerType = PoolerType.Cls,
                HiddenDropoutProb = 0.05,
                BlockDropoutProb = 0.05,
                AttentionProbsDropoutProb = 0.15,
            },
            read.Config);
        // Saved as ours, it stays the same function.
        Assert.Equal(read.Config, Parse(read.ToJson().Replace("\"bert\"", "\"BiGS\"", StringComparison.Ordinal), ConfigOrigin.AuthorsPyTorch).Config);
        Assert.Contains("\"model_type\": \"BiGS\"", read.ToJson(), StringComparison.Ordinal);
    }

    /// <summary>The config.json of distilbert-base-uncased-finetuned-sst-2-english and of google/electra-small-discriminator.</summary>
    [Fact]
    public void TheFamiliesOfBertOpenByTheirOwnKeys()
    {
        ConfigFile distil = Parse(
            """
            {
              "activation": "gelu", "architectures": ["DistilBertForSequenceClassification"], "attention_dropout": 0.15, "dim": 768, "dropout": 0.05,
              "finetuning_task": "sst-2", "hidden_dim": 3072, "id2label": {"0": "NEGATIVE", "1": "POSITIVE"}, "initializer_range": 0.02,
              "label2id": {"NEGATIVE": 0, "POSITIVE": 1}, "max_position_embeddings": 512, "model_type": "distilbert", "n_heads": 12, "n_layers": 6, "output_past": true,
              "pad_token_id": 0, "qa_dropout": 0.1, "seq_classif_dropout": 0.25, "sinusoidal_pos_embds": false, "tie_weights_": true, "vocab_size": 30522
            }
            """,
            ConfigOrigin.AuthorsPyTorch);
        Assert.Equal("BiGSForSequenceClassification", distil.Architecture);
        Assert.Equal(
            Bert() with { NumHiddenLayers = 6, TypeVocabSize = 0, PoolerAct = PoolerActivation.Relu, ClassifierDropout = 0.25, HiddenDropoutProb = 0.05, BlockDropoutProb = 0.05, AttentionProbsDropoutProb = 0.15 },
            distil.Config);
        ConfigFile electra = Parse(
            """
            {
              "architectures": ["ElectraForPreTraining"], "attention_probs_dropout_prob": 0.1, "embedding_size": 128, "hidden_act": "gelu", "hidden_dropout_prob": 0.1,
              "hidden_size": 256, "initializer_range": 0.02, "intermediate_size": 1024, "layer_norm_eps": 1e-12, "max_position_embeddings": 512,
              "model_type": "electra", "num_attention_heads": 4, "num_hidden_layers": 12, "summary_activation": "gelu", "summary_last_dropout": 0.1,
              "summary_type": "first", "summary_use_proj": true, "type_vocab_size": 2, "vocab_size": 30522
            }
            """,
            ConfigOrigin.AuthorsPyTorch);
        Assert.Equal("BiGSForEmbedding", electra.Architecture);
        Assert.Equal(Bert() with { EmbeddingSize = 128, HiddenSize = 256, IntermediateSize = 1024, NumAttentionHeads = 4, PoolerAct = PoolerActivation.Gelu }, electra.Config);
        Assert.All((ConfigFile[])[distil, electra], read =>
        {
            ConfigFile saved = Parse(read.ToJson(), ConfigOrigin.AuthorsPyTorch);
            Assert.Equal((read.Config, read.Architecture), (saved.Config, saved.Architecture));
        });
        Assert.Contains("\"activation\" cannot be \"relu\"", Assert.Throws<InvalidDataException>(() => Parse("""{"model_type": "distilbert", "activation": "relu"}""", ConfigOrigin.AuthorsPyTorch)).Message);

        static BiGSConfig Bert() => Parse("""{"model_type": "bert"}""", ConfigOrigin.AuthorsPyTorch).Config;
    }

    private static ConfigFile Parse(string json, ConfigOrigin origin) => ConfigFile.Parse(json, "somewhere/config.json", origin);

    private static JsonObject Written(BiGSConfig config) =>
        JsonNode.Parse(new ConfigFile(config, "BiGSForMaskedLM", new Dictionary<string, JsonNode?>()).ToJson())!.AsObject();
}
