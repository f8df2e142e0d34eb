package augment
