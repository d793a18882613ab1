using System.Text.Json;
using CllClip.Shared.Methods;

namespace CllClip.Engine.Methods;

/// <summary>All methods there are. The launch form, the API, the command line and the docs table are made from it.</summary>
public static class MethodCatalog
{
    private static readonly (MethodDescriptor Descriptor, Func<MethodOptions, ContinualMethod> Create)[] Methods =
    [
        (ZeroShot.Descriptor, _ => new ZeroShot()),
        (JointTraining.Descriptor, _ => new JointTraining()),
        (ContinualClip.Descriptor, o => new ContinualClip(o)),
        (OnlineEwc.Descriptor, o => new OnlineEwc(o)),
        (ExperienceReplay.Descriptor, o => new ExperienceReplay(o)),
        (DarkExperienceReplay.Descriptor, o => new DarkExperienceReplay(o)),
        (LanguageAdapters.Descriptor, o => new LanguageAdapters(o)),
        (PrefixTuning.Descriptor, o => new PrefixTuning(o)),
        (LowRankAdaptation.Descriptor, o => new LowRankAdaptation(o)),
        (DualPrompt.Descriptor, o => new DualPrompt(o)),
        (CodaPrompt.Descriptor, o => new CodaPrompt(o)),
    ];

    /// <summary>Descriptions of all methods, in the order of the form.</summary>
    public static IReadOnlyList<MethodDescriptor> All { get; } = [.. Methods.Select(m => Described(m.Descriptor, m.Create))];

    /// <summary>The method with this id, or null.</summary>
    public static MethodDescriptor? Find(string id) => All.FirstOrDefault(m => string.Equals(m.Id, id, StringComparison.Ordinal));

    /// <summary>A fresh instance of a method for one run.</summary>
    /// <param name="id">The method.</param>
    /// <param name="options">Values in force, as <see cref="RunValidation.Resolve"/> gives them; null for the paper's.</param>
    /// <exception cref="EngineException">There is no such method.</exception>
    public static ContinualMethod Create(string id, IReadOnlyDictionary<string, object>? options = null) =>
        Array.Find(Methods, m => string.Equals(m.Descriptor.Id, id, StringComparison.Ordinal)) is ({ } descriptor, { } create)
            ? create(new MethodOptions(descriptor, options))
            : throw new EngineException($"Unknown method '{id}'. Choose one of: {string.Join(", ", All.Select(m => m.Id))}.");

    /// <summary>Options as a stage stores them, read again; what is unknown or out of range is left to its default.</summary>
    internal static Dictionary<string, object> ValuesOf(string id, IReadOnlyDictionary<string, JsonElement>? stored)
    {
        var options = Find(id)?.Options ?? [];
        return options
            .Where(o => stored?.ContainsKey(o.Name) == true)
            .Select(o => (o.Name, Value: RunValidation.Read(o, stored![o.Name], out _)))
            .Where(o => o.Value is not null)
            .ToDictionary(o => o.Name, o => o.Value!);
    }

    // What the method itself answers is not written down a second time.
    private static MethodDescriptor Described(MethodDescriptor descriptor, Func<MethodOptions, ContinualMethod> create)
    {
        using var method = create(new MethodOptions(descriptor));
        return descriptor with { Trains = method.Trains, AllLanguagesAtOnce = method.AllLanguagesAtOnce };
    }
}
