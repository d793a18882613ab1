using CllClip.Engine.Methods.Parts;
using CllClip.Engine.Model;
using CllClip.Engine.Training;
using CllClip.Shared.Methods;
using static TorchSharp.torch;

namespace CllClip.Engine.Methods;

/// <summary>The paper's method: only the growing token-embedding table is trained (spec sections 3 to 5). Its ablations are options.</summary>
/// <param name="options">The options of a run; null for the method as it is.</param>
public sealed class ContinualClip(MethodOptions? options = null) : ContinualMethod
{
    private const string EverythingOption = "trainEverything";
    private const string StateFile = "text_tower.safetensors";

    /// <summary>What the form and the API say about it.</summary>
    public static MethodDescriptor Descriptor { get; } =
        new()
        {
            Id = "cll-clip",
            Name = "CLL-CLIP",
            Family = "Embedding",
            Paper =
                "Yang et al., Embracing Language Inclusivity and Diversity in CLIP through Continual Language Learning, AAAI 2024, arXiv 2401.17186",
            Summary = "Trains only the token-embedding table, which grows with every language; both towers stay frozen.",
            ComposesWithTeir = true,
            Options =
            [
                .. CommonOptions.Training,
                .. CommonOptions.AllTeir,
                new()
                {
                    Name = EverythingOption,
                    Label = "Train the whole text tower",
                    Type = OptionType.Boolean,
                    Default = false,
                    Help =
                        "Ablation: all weights of the text tower are trained, not the token embeddings alone. Each stage then stores a tower.",
                    Group = "Ablations",
                    Variant = VariantKind.Ablation,
                    VariantName = "whole text tower",
                },
                new()
                {
                    Name = CommonOptions.OracleVocabulary,
                    Label = "Oracle vocabulary",
                    Type = OptionType.Boolean,
                    Default = false,
                    Help =
                        "Ablation: one vocabulary trained on all languages of the run is there from the first task on, instead of growing.",
                    Group = "Ablations",
                    Variant = VariantKind.Ablation,
                    VariantName = "oracle vocabulary",
                },
            ],
        };

    private readonly bool _everything = options?.Flag(EverythingOption) == true;
    private TextTower? _tower;
    private Dictionary<string, Tensor> _stored = [];

    /// <inheritdoc/>
    public override TextTower? OwnTower => _tower;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor Parameter)> Parameters => _tower?.Parameters ?? [];

    /// <inheritdoc/>
    public override void BeginTask(TaskContext task, TaskRows rows)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (!_everything || _tower is not null)
        {
            return;
        }
        _tower = task.CopyTower();
        using var nothing = no_grad();
        foreach (var (name, parameter) in _tower.Parameters)
        {
            if (_stored.Remove(name, out var stored))
            {
                parameter.copy_(stored);
                stored.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public override bool ChangesTower => _everything;

    /// <inheritdoc/>
    public override float[]? OwnWeights(string name) => _stored.TryGetValue(name, out var stored) ? stored.Elements<float>() : null;

    /// <inheritdoc/>
    public override void SaveState(string stageFolder)
    {
        if (_everything)
        {
            MethodFile.Write(stageFolder, StateFile, Parameters.ToDictionary(p => p.Name, p => p.Parameter));
        }
    }

    /// <inheritdoc/>
    public override void LoadState(string stageFolder)
    {
        if (_everything)
        {
            FreeStored();
            _stored = MethodFile.Read(stageFolder, StateFile);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _tower?.Dispose();
        FreeStored();
        base.Dispose(disposing);
    }

    private void FreeStored()
    {
        foreach (var tensor in _stored.Values)
        {
            tensor.Dispose();
        }
        _stored = [];
    }
}
