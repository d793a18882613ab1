using CllClip.Engine.Data.Emoji36;
using CllClip.Engine.Training;
using CllClip.Portal.Features.Datasets;
using CllClip.Portal.Hosting;

namespace CllClip.Portal.Features.Models;

/// <summary>What an exported checkpoint says of the licences that it depends on.</summary>
internal sealed class CheckpointCredits(BaseModels bases, CorpusShelf corpora)
{
    /// <summary>Licences of a base model and of the data set that was learned from, as far as they are known today.</summary>
    public ExportCredits Of(string model, string? dataset)
    {
        var licence = bases.Find(model) is { } found ? ModelResponse.LicenceOf(found) : null;
        return dataset == Emoji36Dataset.DatasetId ? new ExportCredits(licence, "Emoji36", Emoji36Source.Licences)
            : corpora.Find(dataset ?? "")?.Registration is { } known ? new ExportCredits(licence, known.Name, known.Licence)
            : new ExportCredits(licence, dataset, null);
    }
}
