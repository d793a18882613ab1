namespace CllClip.Engine.Data;

/// <summary>
/// A data set that may come with the teacher's embeddings as NumPy files, as the paper's code writes them. Whose embeddings they are their names do
/// not say for certain, so a sample is held against the base model before they are used.
/// </summary>
public interface IEmbeddedDataset
{
    /// <summary>Files that may hold embeddings of the images.</summary>
    IReadOnlyList<string> ImageEmbeddingFiles { get; }

    /// <summary>Files that may hold embeddings of the English training captions.</summary>
    IReadOnlyList<string> EnglishEmbeddingFiles { get; }

    /// <summary>The row of each image in a file of so many rows, -1 for an image without one; empty if the number does not fit.</summary>
    IReadOnlyList<int> ImageRows(long rows);

    /// <summary>The row of each distinct English training caption in a file of so many rows; empty if the number does not fit.</summary>
    IReadOnlyList<int> EnglishRows(long rows);
}
