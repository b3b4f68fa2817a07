import { CloseButton, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { strings } from '../strings.js';
import styles from './Dialog.module.css';

/** Something asked over the screen. Its head is no landmark of the page, unlike the one that the library makes. */
export function Dialog({
  title,
  opened,
  onClose,
  children,
}: {
  title: string | undefined;
  opened: boolean;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Modal.Root opened={opened} onClose={onClose} transitionProps={{ duration: 0 }} centered>
      <Modal.Overlay />
      <Modal.Content aria-label={title}>
        <Modal.Body>
          <div className={styles.head}>
            <h2>{title}</h2>
            <CloseButton aria-label={strings.desk.close} onClick={onClose} />
          </div>
          {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
