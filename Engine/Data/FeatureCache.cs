namespace CllClip.Engine.Data;

/// <summary>Teacher embeddings of a data set's images and English captions, computed once per (data revision, base model hash) and kept on disk.</summary>
public sealed class FeatureCache { }
