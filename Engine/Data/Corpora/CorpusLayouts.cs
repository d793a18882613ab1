namespace CllClip.Engine.Data.Corpora;

/// <summary>A layout of files that can be read.</summary>
/// <param name="Kind">Identifier in registrations.</param>
/// <param name="Name">Name shown, also the default name of a data set of this kind.</param>
/// <param name="Files">What is looked for, in words.</param>
/// <param name="Folds">Folds of the 1K protocol over the test images; 0 for none.</param>
public sealed record CorpusLayout(string Kind, string Name, string Files, int Folds = 0);

/// <summary>The layouts, and which of them a folder has.</summary>
public static class CorpusLayouts
{
    /// <summary>All layouts.</summary>
    public static IReadOnlyList<CorpusLayout> All { get; } =
    [
        new("coco", "MSCOCO36", "corpus/multilingual_coco/36langs/coco_en*.tsv.gz and annotations/coco", 5),
        new("cc3m", "CC3M36", "corpus/multilingual_cc3m/36langs/cc3m_en*.tsv.gz and annotations/cc3m"),
        new("xm3600", "XM3600", "captions.jsonl, or annotations/xm3600/LANGUAGE/test.json"),
        new("flickr30k", "Flickr30k", "annotations/flickr30k/LANGUAGE/{train,val,test}.json"),
        new("jsonl", "Own data (JSON Lines)", "one .jsonl file, a line an image: image, split, captions"),
        new("csv", "Own data (CSV)", "one .csv file with the columns image,split,language,caption"),
    ];

    /// <summary>The layout of a kind, or null.</summary>
    public static CorpusLayout? Find(string kind) => All.FirstOrDefault(l => l.Kind == kind);

    /// <summary>The kinds that a folder or file looks like; a quick look at names, nothing is read.</summary>
    public static IReadOnlyList<string> Detect(string path)
    {
        if (File.Exists(path))
        {
            return Path.GetFileName(path) == Xm3600Captions.FileName ? ["xm3600"]
                : path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) ? ["jsonl"]
                : path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) ? ["csv"]
                : [];
        }
        var kinds = new List<string>();
        void If(string kind, bool there)
        {
            if (there)
            {
                kinds.Add(kind);
            }
        }
        bool Has(params string[] parts) => Directory.Exists(Path.Combine([path, .. parts]));
        If("coco", Has("corpus", "multilingual_coco") || Has("annotations", "coco"));
        If("cc3m", Has("corpus", "multilingual_cc3m"));
        If("xm3600", Has("annotations", "xm3600") || File.Exists(Path.Combine(path, Xm3600Captions.FileName)));
        If("flickr30k", Has("annotations", "flickr30k"));
        If("jsonl", Only(path, ".jsonl") is { } file && Path.GetFileName(file) != Xm3600Captions.FileName);
        If("csv", Only(path, ".csv") is not null);
        return kinds;
    }

    /// <summary>Opens a data set's files.</summary>
    /// <exception cref="EngineException">The kind is unknown, or the folder has nothing of it.</exception>
    internal static (CorpusSource Source, CorpusFolder Folder) Open(CorpusRegistration registration)
    {
        var path = registration.Folder;
        if (!Directory.Exists(path) && !File.Exists(path))
        {
            throw new EngineException($"There is no folder or file {path}. Write the path as this machine sees it.");
        }
        if (registration.Images is { } images && !Directory.Exists(images))
        {
            throw new EngineException($"There is no folder of images {images}. Write the path as this machine sees it.");
        }
        var layout = Find(registration.Kind) ?? throw Unknown(registration.Kind);
        if (!Detect(path).Contains(layout.Kind))
        {
            throw new EngineException($"{path} does not have the files of {layout.Name}: {layout.Files}.");
        }
        CorpusFolder Folder(params string[] imageFolders) => new(registration, imageFolders);
        var own = new[] { "." };
        var folder = layout.Kind switch
        {
            "coco" => Folder("MSCOCO", "images", "coco", "."),
            "cc3m" => Folder("cc3m", "CC3M", "images", "."),
            "xm3600" => Folder(["XM3600", "images", ".", .. SubFolders(path)]),
            "flickr30k" => Folder("Flickr30k", "flickr30k-images", "images", "."),
            _ => Folder(own),
        };
        CorpusSource source = layout.Kind switch
        {
            "coco" or "cc3m" => new PaperLayout(folder, layout.Kind),
            "xm3600" when File.Exists(folder.At(Xm3600Captions.FileName)) => new Xm3600Captions(folder),
            "xm3600" or "flickr30k" => new AnnotationLayout(folder, layout.Kind),
            "jsonl" => new JsonLinesLayout(folder, File.Exists(path) ? path : Only(path, ".jsonl")!),
            _ => new CsvLayout(folder, File.Exists(path) ? path : Only(path, ".csv")!),
        };
        return (source, folder);
    }

    private static EngineException Unknown(string kind) =>
        new($"Unknown kind of data set '{kind}'. Choose one of: {string.Join(", ", All.Select(l => l.Kind))}.");

    private static string[] SubFolders(string path) =>
        Directory.Exists(path)
            ? [.. Directory.EnumerateDirectories(path).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)]
            : [];

    private static string? Only(string folder, string extension)
    {
        if (!Directory.Exists(folder))
        {
            return null;
        }
        var found = Directory.EnumerateFiles(folder).Where(f => f.EndsWith(extension, StringComparison.OrdinalIgnoreCase)).Take(2).ToList();
        return found.Count == 1 ? found[0] : null;
    }
}
