using System.Globalization;
using System.Text.Json;
using CllClip.Engine.Methods;
using CllClip.Shared.Methods;
using CllClip.Shared.Runs;

namespace CllClip.Portal.Features.Launch;

/// <summary>Filling the form from a run and from what a browser kept of it.</summary>
public sealed partial class LaunchForm
{
    /// <summary>Fills the form from a run.</summary>
    public void Load(RunView run)
    {
        ArgumentNullException.ThrowIfNull(run);
        AllowSeveral(false);
        Methods = MethodCatalog.Find(run.Method) is null ? Methods : [run.Method]; // an imported run's may be none of this portal's
        Teir = run.Teir;
        AlsoWithoutTeir = false;
        Dataset = run.Dataset;
        TestSets = run.TestSets;
        Model = run.Model;
        SetLanguages(run.Languages);
        Epochs = run.Epochs.ToString(CultureInfo.InvariantCulture);
        Seeds = run.Seed.ToString(CultureInfo.InvariantCulture);
        Device = run.Device is "auto" ? "" : run.Device;
        (SweepOption, SweepValues) = ("", "");
        Name = "";
        Tags = string.Join(", ", run.Tags);
        Options.Clear();
        foreach (var (name, value) in run.Options)
        {
            Options[name] = value.ValueKind switch
            {
                JsonValueKind.String => value.GetString()!,
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                _ => value.GetRawText(),
            };
        }
    }

    /// <summary>What the form holds, for the browser to keep.</summary>
    public LaunchDraft Kept() =>
        new()
        {
            Methods = Methods,
            Several = Several,
            Teir = Teir,
            AlsoWithoutTeir = AlsoWithoutTeir,
            Dataset = Dataset,
            TestSets = TestSets,
            Model = Model,
            Languages = Languages,
            Epochs = Epochs,
            Seeds = Seeds,
            Device = Device,
            Name = Name,
            Tags = Tags,
            Options = Options.ToDictionary(o => o.Key, o => (string?)o.Value),
            SweepOption = SweepOption,
            SweepValues = SweepValues,
        };

    /// <summary>Fills the form with what the browser kept; what is missing there stays as it is.</summary>
    public void PutBack(LaunchDraft kept)
    {
        ArgumentNullException.ThrowIfNull(kept);
        Several = kept.Several;
        var methods = MethodCatalog.All.Select(m => m.Id).Where(id => kept.Methods?.Contains(id) == true).Take(Several ? int.MaxValue : 1);
        Methods = methods.ToList() is { Count: > 0 } known ? known : Methods;
        (Teir, AlsoWithoutTeir) = (kept.Teir, kept.AlsoWithoutTeir);
        (Dataset, Model) = (kept.Dataset ?? Dataset, kept.Model ?? Model);
        TestSets = kept.TestSets is { } sets ? [.. sets.OfType<string>().Distinct()] : TestSets;
        SetLanguages(kept.Languages is { } languages ? languages.OfType<string>() : Languages);
        (Epochs, Seeds, Device) = (kept.Epochs ?? Epochs, kept.Seeds ?? Seeds, kept.Device ?? Device);
        (Name, Tags) = (kept.Name ?? Name, kept.Tags ?? Tags);
        (SweepOption, SweepValues) = (kept.SweepOption ?? SweepOption, kept.SweepValues ?? SweepValues);
        Options.Clear();
        foreach (var (name, value) in kept.Options ?? new Dictionary<string, string?>())
        {
            Options[name] = value ?? "";
        }
    }
}
